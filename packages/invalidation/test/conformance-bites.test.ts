import { describe, expect, it } from 'vitest';

import { type LogConformanceCase, logConformance } from '../src/conformance/log-conformance.ts';
import { createMemoryLog, type Follower, type FollowOptions, type InvalidationLog } from '../src/index.ts';

/** A log that is not what it should be. */
type Sabotage = (log: InvalidationLog) => Partial<InvalidationLog>;

const sabotages: Readonly<Record<string, Sabotage>> = {
  'forgets every seventh entry': (log) => {
    let heard = 0;
    return following(log, (options) => ({
      onInvalidate: (...args) => void (++heard % 7 > 0 && options.onInvalidate(...args)),
    }));
  },
  'is one entry behind': (log) => {
    let held: (() => void) | undefined;
    return following(log, ({ onInvalidate }) => ({
      onInvalidate(...args) {
        held?.();
        held = () => onInvalidate(...args);
      },
    }));
  },
  'names every reset lost': (log) => following(log, ({ onReset }) => ({ onReset: () => onReset('lost') })),
  'begins from now whatever it was told': (log) => following(log, () => ({ from: 'now' })),
  'loses tags': (log) => ({ publish: (keys, options) => log.publish(keys, { ...options, tags: [] }) }),
  'keeps its horizon after it was closed': (log) => followed(log, () => ({ horizonAgeMs: () => 5 })),
  'takes publishes after it was closed': () => ({ close: async () => undefined }),
  'counts nothing': (log) => followed(log, (follower) => ({ stats: () => ({ ...follower.stats(), entries: 0 }) })),
};

/** A log whose followers are told otherwise. */
function following(
  log: InvalidationLog,
  over: (options: FollowOptions) => Partial<FollowOptions>,
): Partial<InvalidationLog> {
  return { follow: (options) => log.follow({ ...options, ...over(options) }) };
}

/** A log whose followers say otherwise. */
function followed(log: InvalidationLog, over: (follower: Follower) => Partial<Follower>): Partial<InvalidationLog> {
  return {
    follow(options) {
      const follower = log.follow(options);
      // Its cursor is a getter: a copy would keep what it was at first.
      return Object.create(follower, Object.getOwnPropertyDescriptors(over(follower))) as Follower;
    },
  };
}

/** The names of the cases that fail. */
async function failuresOf(sabotage: Sabotage): Promise<string[]> {
  const outcomes = logConformance.map(async ({ name, run }: LogConformanceCase) => {
    await using honest = createMemoryLog({ shards: 2 });
    const log = { ...honest, ...sabotage(honest) };
    // Awaited here: the log is closed when this function returns.
    return await run(log).then(
      () => undefined,
      () => name,
    );
  });
  return (await Promise.all(outcomes)).filter((name) => name !== undefined);
}

describe('the conformance suite of the log', () => {
  it('passes a log that is as it should be', async () => {
    expect(await failuresOf(() => ({}))).toEqual([]);
  });

  it.for(Object.entries(sabotages))('finds a log that %s', async ([, sabotage]) => {
    expect(await failuresOf(sabotage)).not.toEqual([]);
  });
});
