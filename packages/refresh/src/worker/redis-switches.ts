import { type Clock, type RedisClient, systemClock, withDeadline } from '@lockstep/core';

import { checkNumber } from '../check-number.ts';
import { checkSourceName } from '../definition/refresh-key.ts';
import { RefreshError } from '../refresh-error.ts';
import type { SourceSwitches } from './source-switches.ts';

/** Where the switches are. */
export interface RedisSwitchesOptions {
  /** A `Redis` or `Cluster` of ioredis. You own it. */
  readonly redis: RedisClient;
  /** What the key begins with; all processes agree on it. @default 'lr:' */
  readonly prefix?: string;
  /** For how long, in ms, a process goes by what it has read. @default 1000 */
  readonly maxAgeMs?: number;
  /** How long one question may take, in ms. @default 1000 */
  readonly timeoutMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

/**
 * Kill switches in Redis, as a set of the names that are off under one key. A switch holds in every process
 * `maxAgeMs` after it was set, and in the process that sets it at once. Redis that lost its data has all of them on.
 *
 * @throws RangeError or TypeError for options that make no sense.
 */
export function createRedisSwitches(options: RedisSwitchesOptions): SourceSwitches {
  const { redis, prefix = 'lr:', maxAgeMs = 1000, timeoutMs = 1000, clock = systemClock } = options;
  checkNumber('maxAgeMs', maxAgeMs, { min: 0 });
  checkNumber('timeoutMs', timeoutMs, { min: 1 });
  const key = `${prefix}switched-off`;
  let known: ReadonlySet<string> = new Set();
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let writes = 0;

  async function ask(command: string, ...args: string[]): Promise<unknown> {
    const onTimeout = (): Error => new Error(`no answer within ${timeoutMs} ms`);
    try {
      return await withDeadline(redis.call(command, key, ...args), { ms: timeoutMs, onTimeout, clock });
    } catch (error) {
      throw new RefreshError('ERR_REFRESH_STORE', 'the switches did not answer', { cause: error });
    }
  }

  async function read(): Promise<ReadonlySet<string>> {
    const before = writes;
    const names = new Set((await ask('SMEMBERS')) as string[]);
    // What was read before a switch of this process was set knows nothing of it.
    if (before !== writes) return names;
    known = names;
    readAt = clock.monotonic();
    return names;
  }

  function look(): Promise<void> {
    reading ??= read()
      // The next look waits for its turn also after a failure: switches that are gone must not cost a wait each time.
      .then(
        () => undefined,
        () => void (readAt = clock.monotonic()),
      )
      .finally(() => void (reading = undefined));
    return reading;
  }

  return {
    async isOn(source) {
      if (clock.monotonic() - readAt >= maxAgeMs) await look();
      return !known.has(source);
    },
    async set(source, isOn) {
      await ask(isOn ? 'SREM' : 'SADD', checkSourceName(source));
      writes++;
      const names = new Set(known);
      if (isOn) names.delete(source);
      else names.add(source);
      known = names;
    },
    off: async () => [...(await read())].toSorted(),
  };
}
