import type { RedisArgument } from '@lockstep/core';
import type { Redis } from 'ioredis';

/** One lock in Redis. */
export interface RealLock {
  lastToken: number;
  step(...args: RedisArgument[]): Promise<unknown>;
  holders(): Promise<string[]>;
  line(): Promise<string[]>;
  /** Those whose wish is kept. */
  wishes(): Promise<string[]>;
  expire(owner: string): Promise<void>;
  lapse(owner: string): Promise<void>;
}

/** What a real lock works with. */
export interface RealLockOptions {
  readonly client: Redis;
  readonly base: string;
  readonly isShared: boolean;
  /** Runs one step on the lock. */
  readonly step: RealLock['step'];
}

/** Reads what the scripts wrote, and lets time pass for it. */
export function createRealLock({ client, base, isShared, step }: RealLockOptions): RealLock {
  const name = `${base}:l`;

  async function lease(): Promise<{ owner: string; delay: number } | undefined> {
    const value = await client.get(name);
    if (value === null) return undefined;
    const [owner, , delay] = value.split('|');
    return { owner: owner!, delay: Number(delay) };
  }

  async function expire(owner: string): Promise<void> {
    if (isShared) await client.call('ZADD', `${base}:h`, 'XX', '1', owner);
    else if ((await lease())?.owner === owner) await client.del(name);
  }

  return {
    lastToken: 0,
    step,
    async holders() {
      if (isShared) return client.zrangebyscore(`${base}:h`, '2', '+inf');
      const [found, leftMs] = await Promise.all([lease(), client.pttl(name)]);
      return found !== undefined && leftMs > found.delay ? [found.owner] : [];
    },
    line: () => client.zrange(`${base}:q`, '0', '-1'),
    async wishes() {
      return (await client.hkeys(`${base}:w`)).filter((field) => field !== '#');
    },
    expire,
    async lapse(owner) {
      const found = isShared ? undefined : await lease();
      if (found === undefined || found.delay === 0) await expire(owner);
      else if (found.owner === owner && (await client.pttl(name)) > found.delay)
        await client.pexpire(name, found.delay);
    },
  };
}
