import type { InvalidationLog } from '@lockstep/invalidation';
import { createAppendScript, beatScript, laggardsScript } from '@lockstep/invalidation/scripts';
import { fence } from '../../../src/shared/lua/fence.ts';
import { fill } from '../../../src/shared/lua/fill.ts';
import type { Reply } from '../redis/reply.ts';
import { memcachedSabotages } from './memcached-sabotages.ts';
import {
  argumentsOf,
  hideOrigins,
  keysOf,
  meddleWith,
  override,
  withArgument,
  withFollower,
  withListener,
} from './meddle.ts';
import { relaySabotages } from './relay-sabotages.ts';
import type { Sabotage } from './sabotage.ts';
import type { Scenario } from './scenario.ts';

/** Each shard has a script of its own. */
const appendScripts = ['', ':0', ':1', ':2', ':3'].map((shard) =>
  createAppendScript({ channel: `{lockstep:sim${shard}}:push` }),
);

/** What has failed is believed to be in the log when it is published once more. */
function withoutSecondTries(log: InvalidationLog): InvalidationLog {
  const failed = new Set<string>();
  return override(log, {
    async publish(keys, options) {
      const name = JSON.stringify(keys);
      if (failed.delete(name)) return '';
      try {
        return await log.publish(keys, options);
      } catch (error) {
        failed.add(name);
        throw error;
      }
    },
  });
}

const sameEpoch = 'aaaaaaaa';

/** Each protection of the protocol, switched off around code that does not know. */
export async function sabotages(): Promise<Sabotage[]> {
  const meddleWithFill = await meddleWith(fill, (args, run) => {
    run(['SET', keysOf(args)[2] ?? '', argumentsOf(args)[0] ?? '']);
    return run(args);
  });
  const hideEntries = await meddleWith(beatScript, (args, run) => {
    const reply = run(args);
    if (!Array.isArray(reply)) return reply;
    const entries = reply[5] as readonly (readonly [string, Reply])[];
    return reply.with(
      5,
      entries.map(([id]) => [id, ['b', '{}']]),
    );
  });
  const keepEpochOfBeats = await meddleWith(beatScript, (args, run) => run(withArgument(args, 1, sameEpoch)));
  const keepEpochOfAppends = await meddleWith(appendScripts, (args, run) => run(withArgument(args, 1, sameEpoch)));
  const calm: Partial<Scenario> = {
    faultEveryMs: Infinity,
    networkMs: 80,
    writesInBursts: true,
    tier: 'redis',
    hasSlowLoads: false,
    elsewhereShare: 0,
  };
  const faulty: Partial<Scenario> = {
    elsewhereShare: 0,
    faultEveryMs: 150,
    ttlMs: 60_000,
    maxEntries: 1000,
    graceMs: 0,
  };
  return [
    {
      name: 'fill tokens',
      scenario: { ...calm, keys: 2, nodes: 4, pauseMs: 20, ttlMs: 60_000, mutateShare: 0 },
      intercept: meddleWithFill,
    },
    {
      name: 'detaching loads in flight',
      scenario: { ...faulty, tier: 'none', pauseMs: 5 },
      wrapLog: (log, node) =>
        withListener(log, ({ onInvalidate }) => ({
          onInvalidate(keys, position, entry) {
            const heard = keys.filter((key) => !node.isLoading(key));
            onInvalidate(heard, position, { ...entry, keys: heard });
          },
        })),
    },
    {
      name: 'replay of what was not heard',
      scenario: { ...faulty, faults: ['CLIENT KILL TYPE pubsub', 'is partitioned, silently'] },
      intercept: hideEntries,
    },
    {
      name: 'the lease',
      scenario: { ...faulty, maxStalenessMs: 400, faults: ['is partitioned, silently', 'is frozen'] },
      wrapLog: (log, { clock }) =>
        withFollower(log, () => ({ horizonAgeMs: () => 0, horizonAt: () => clock.monotonic() })),
    },
    {
      name: 'the epoch',
      scenario: faulty,
      intercept: (args, run) => keepEpochOfBeats(args, (given) => keepEpochOfAppends(given, run)),
    },
    {
      name: 'the run id in the epoch',
      scenario: { ...faulty, faults: ['Redis restarts with old data', 'Redis fails over to a replica that lags'] },
      runId: 'always the same'.replaceAll(/\W|[g-z]/g, 'a'),
    },
    {
      name: 'the fence of a write',
      scenario: { ...calm, mutateShare: 0.8, fenceMs: 2000 },
      intercept: await meddleWith(fence, () => 1),
      wrapLog: hideOrigins,
    },
    {
      name: 'waiting for laggards',
      // A process that writes must be done while another one that is cut off still serves: its network is fast.
      scenario: {
        ...calm,
        networkMs: 0,
        nodes: 3,
        keys: 1,
        pauseMs: 5,
        faultEveryMs: 150,
        maxStalenessMs: 500,
        mutateShare: 0,
        faults: ['is partitioned, silently'],
      },
      intercept: await meddleWith(laggardsScript, (args, run) => (run(args) as readonly Reply[]).with(3, [])),
    },
    {
      name: 'the wall clock beside the monotonic one',
      scenario: { ...faulty, maxStalenessMs: 500, faults: ['is suspended with its machine'], setsClocksBack: false },
      wrapLog: (log, { clock }) =>
        withFollower(log, (follower) => ({ horizonAgeMs: () => clock.monotonic() - follower.horizonAt() })),
    },
    {
      name: 'a reset when the log was trimmed',
      scenario: { ...faulty, logMaxEntries: 3, tier: 'none', faults: ['is partitioned, silently'] },
      wrapLog: (log) =>
        withListener(log, ({ onReset }) => ({
          onReset: (reason) => (reason === 'trimmed' ? undefined : onReset(reason)),
        })),
    },
    {
      name: 'trying an invalidation again',
      scenario: { ...faulty, tier: 'none', faults: ['is partitioned, refused', 'Redis is frozen'] },
      wrapLog: withoutSecondTries,
    },
    {
      name: 'hearing of tags',
      scenario: { ...calm, tier: 'none', hasTags: true },
      wrapLog: (log) =>
        withListener(log, ({ onInvalidate }) => ({
          onInvalidate: (keys, position, entry) => onInvalidate(keys, position, { ...entry, tags: [] }),
        })),
    },
    ...memcachedSabotages,
    ...relaySabotages,
  ];
}
