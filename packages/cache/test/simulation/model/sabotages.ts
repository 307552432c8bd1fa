import type { RedisClient, RedisScript } from '@lockstep/core';
import type { Follower, InvalidationLog } from '@lockstep/invalidation';

import { createAppendScript, beatScript, laggardsScript } from '@lockstep/invalidation/scripts';
import { fence } from '../../../src/shared/lua/fence.ts';
import { fill } from '../../../src/shared/lua/fill.ts';
import type { Reply } from '../redis/reply.ts';
import type { Sabotage } from './sabotage.ts';

type Intercept = NonNullable<Sabotage['intercept']>;

/** The digest and the text by which a script is called. */
async function namesOf(script: RedisScript): Promise<Set<string>> {
  const names = new Set<string>();
  const spy = {
    call(_: string, name: string) {
      names.add(name);
      return names.size === 1 ? Promise.reject(new Error('NOSCRIPT')) : Promise.resolve(null);
    },
  };
  await script.run(spy as unknown as RedisClient, [], []);
  return names;
}

/** Meddles with the calls of scripts. `at` is where its first key is among the words of the command. */
async function meddleWith(scripts: RedisScript | readonly RedisScript[], meddle: Intercept): Promise<Intercept> {
  const each = await Promise.all([scripts].flat().map(namesOf));
  const names = new Set(each.flatMap((of) => [...of]));
  return (args, run) => (names.has(args[1] ?? '') ? meddle(args, run) : run(args));
}

function keysOf(args: readonly string[]): string[] {
  return args.slice(3, 3 + Number(args[2]));
}

function argumentsOf(args: readonly string[]): string[] {
  return args.slice(3 + Number(args[2]));
}

/** The same command with one argument changed; the first is 1, as in the script. */
function withArgument(args: readonly string[], index: number, value: string): string[] {
  return args.with(2 + Number(args[2]) + index, value);
}

/** A follower of which some members are replaced. */
function withFollower(log: InvalidationLog, change: (follower: Follower) => Partial<Follower>): InvalidationLog {
  return override(log, {
    follow: (options) => {
      const follower = log.follow(options);
      return override(follower, change(follower));
    },
  });
}

function override<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get: (of, name) => Reflect.get(name in members ? members : of, name),
  });
}

/** Each shard has a script of its own. */
const appendScripts = ['', ':0', ':1', ':2', ':3'].map((shard) => createAppendScript(`{lockstep:sim${shard}}:state`));

const sameEpoch = 'aaaaaaaa';

/** Each protection of the protocol, switched off around code that does not know. */
export async function sabotages(): Promise<Sabotage[]> {
  const meddleWithFill = await meddleWith(fill, (args, run) => {
    run(['SET', keysOf(args)[2] ?? '', argumentsOf(args)[0] ?? '']);
    return run(args);
  });
  const hideEntries = await meddleWith(beatScript, (args, run) => {
    const reply = run(args) as readonly Reply[];
    const entries = reply[5] as readonly (readonly [string, Reply])[];
    return reply.with(
      5,
      entries.map(([id]) => [id, ['b', '{}']]),
    );
  });
  const keepEpochOfBeats = await meddleWith(beatScript, (args, run) => run(withArgument(args, 1, sameEpoch)));
  const keepEpochOfAppends = await meddleWith(appendScripts, (args, run) => run(withArgument(args, 1, sameEpoch)));
  const calm = {
    faultEveryMs: Infinity,
    networkMs: 80,
    writesInBursts: true,
    hasSharedTier: true,
    hasSlowLoads: false,
  };
  const faulty = { faultEveryMs: 150, ttlMs: 60_000, maxEntries: 1000, graceMs: 0 };
  return [
    {
      name: 'fill tokens',
      scenario: { ...calm, keys: 2, pauseMs: 20, ttlMs: 60_000 },
      intercept: meddleWithFill,
    },
    {
      name: 'detaching loads in flight',
      scenario: { ...faulty, hasSharedTier: false, pauseMs: 5 },
      wrapLog: (log, node) =>
        override(log, {
          follow: (options) =>
            log.follow({
              ...options,
              onInvalidate(keys, position, entry) {
                const heard = keys.filter((key) => !node.isLoading(key));
                options.onInvalidate(heard, position, { ...entry, keys: heard });
              },
            }),
        }),
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
    { name: 'the run id in the epoch', scenario: faulty, runId: 'always the same'.replaceAll(/\W|[g-z]/g, 'a') },
    {
      name: 'the fence of a write',
      scenario: { ...calm, mutateShare: 0.8, fenceMs: 2000 },
      intercept: await meddleWith(fence, () => 1),
      wrapLog: (log) =>
        override(log, {
          follow: (options) =>
            log.follow({
              ...options,
              onInvalidate: (keys, position, entry) =>
                options.onInvalidate(keys, position, { ...entry, origin: undefined }),
            }),
        }),
    },
    {
      name: 'waiting for laggards',
      scenario: {
        ...calm,
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
  ];
}
