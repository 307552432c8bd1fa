import type { RedisArgument, RedisClient } from '@lockstep/core';

import { fenceKeyOf } from './fence-key.ts';
import { type GuardOptions, guardScript } from './guard-script.ts';

/** How a guarded key is written. */
export interface FencedOptions extends GuardOptions {
  /** The key of the fence; several keys of one slot may share it. @default fenceKeyOf(key) */
  readonly fence?: string;
}

/** What ends one guarded write early. */
export interface FencedCall {
  readonly signal?: AbortSignal | undefined;
}

/**
 * A Redis key that is written only under tokens that are not stale. Each call is one atomic step and rejects with
 * `ERR_LOCK_STALE_TOKEN` when the key's fence has seen a newer token, and with `ERR_LOCK_UNAVAILABLE` when Redis did not
 * answer in time or refused.
 */
export interface FencedKey {
  readonly key: string;
  /** Sees the token without any other effect: from now on older ones are refused. Do it before you read what you build on. */
  raise(token: number, options?: FencedCall): Promise<void>;
  /** Reads the string under the guard: whoever has an older token does not change it afterwards. */
  get(token: number, options?: FencedCall): Promise<string | undefined>;
  set(value: RedisArgument, token: number, options?: FencedCall & { readonly ttlMs?: number }): Promise<void>;
  /** Removes the key. The fence stays. Resolves with whether there was one. */
  del(token: number, options?: FencedCall): Promise<boolean>;
  hset(fields: Readonly<Record<string, RedisArgument>>, token: number, options?: FencedCall): Promise<void>;
  /** Resolves with how many of them there were. */
  hdel(fields: readonly string[], token: number, options?: FencedCall): Promise<number>;
  /**
   * Any command whose first argument is the key, for example `call('XADD', ['*', 'field', 'value'], token)`. ioredis
   * sends a command again when the connection dropped before the reply: prefer those that may happen twice.
   */
  call(command: string, args: readonly RedisArgument[], token: number, options?: FencedCall): Promise<unknown>;
}

/** Lua cannot pass more to one call. */
const MAX_ARGUMENTS = 7000;

/**
 * Guards one Redis key by the fencing tokens of one lock. You own `client`; it need not be the Redis of the locks.
 *
 * @throws RangeError for options that make no sense, or a key that no fence can be put beside in a Cluster.
 */
export function fenced(client: RedisClient, key: string, options: FencedOptions = {}): FencedKey {
  const fence = options.fence ?? fenceKeyOf(key);
  const anyCommand = guardScript('return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))', options);
  const nothing = guardScript('return 1', options);
  const call: FencedKey['call'] = async (command, args, token, { signal } = {}) => {
    if (args.length > MAX_ARGUMENTS) {
      throw new RangeError(`a guarded command takes at most ${MAX_ARGUMENTS} arguments, got ${args.length}`);
    }
    return anyCommand.run(client, { fence, token, keys: [key], args: [command, ...args], signal });
  };
  return {
    key,
    call,
    async raise(token, { signal } = {}) {
      await nothing.run(client, { fence, token, signal });
    },
    async get(token, callOptions) {
      const value = await call('GET', [], token, callOptions);
      return typeof value === 'string' ? value : undefined;
    },
    async set(value, token, { ttlMs, ...rest } = {}) {
      await call('SET', ttlMs === undefined ? [value] : [value, 'PX', Math.max(1, Math.round(ttlMs))], token, rest);
    },
    async del(token, callOptions) {
      return (await call('DEL', [], token, callOptions)) === 1;
    },
    async hset(fields, token, callOptions) {
      await call('HSET', Object.entries(fields).flat(), token, callOptions);
    },
    async hdel(fields, token, callOptions) {
      return Number(await call('HDEL', fields, token, callOptions));
    },
  };
}
