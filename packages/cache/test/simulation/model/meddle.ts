import type { RedisClient, RedisScript } from '@lockstep/core';
import type { Follower, FollowOptions, InvalidationLog } from '@lockstep/invalidation';

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
export async function meddleWith(scripts: RedisScript | readonly RedisScript[], meddle: Intercept): Promise<Intercept> {
  const each = await Promise.all([scripts].flat().map(namesOf));
  const names = new Set(each.flatMap((of) => [...of]));
  return (args, run) => (names.has(args[1] ?? '') ? meddle(args, run) : run(args));
}

/** The keys of a call of a script. */
export function keysOf(args: readonly string[]): string[] {
  return args.slice(3, 3 + Number(args[2]));
}

/** Its other arguments. */
export function argumentsOf(args: readonly string[]): string[] {
  return args.slice(3 + Number(args[2]));
}

/** The same command with one argument changed; the first is 1, as in the script. */
export function withArgument(args: readonly string[], index: number, value: string): string[] {
  return args.with(2 + Number(args[2]) + index, value);
}

/** A follower of which some members are replaced. */
export function withFollower(log: InvalidationLog, change: (follower: Follower) => Partial<Follower>): InvalidationLog {
  return override(log, {
    follow: (options) => {
      const follower = log.follow(options);
      return override(follower, change(follower));
    },
  });
}

/** The same object with some members replaced. */
export function override<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get(of, name) {
      if (name in members) return Reflect.get(members, name) as unknown;
      const value: unknown = Reflect.get(of, name);
      // Where it has private fields, only it itself may be asked.
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });
}

/** A log whose followers hear otherwise. */
export function withListener(
  log: InvalidationLog,
  change: (options: FollowOptions) => Partial<FollowOptions>,
): InvalidationLog {
  return override(log, { follow: (options) => log.follow({ ...options, ...change(options) }) });
}

/** Nobody learns from the log that a write is under way. */
export function hideOrigins(log: InvalidationLog): InvalidationLog {
  return withListener(log, ({ onInvalidate }) => ({
    onInvalidate: (keys, position, entry) => onInvalidate(keys, position, { ...entry, origin: undefined }),
  }));
}
