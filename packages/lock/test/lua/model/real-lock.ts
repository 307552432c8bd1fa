import type { RedisArgument, RedisScript } from '@lockstep/core';
import type { Redis } from 'ioredis';

/** One lock in Redis, and the processes that listen. */
export interface RealLock {
  readonly base: string;
  lastToken: number;
  step(...args: RedisArgument[]): Promise<unknown>;
  holders(): Promise<string[]>;
  line(): Promise<string[]>;
  /** Those whose wish is kept. */
  wishes(): Promise<string[]>;
  expire(owner: string): Promise<void>;
  setAlive(process: string, isAlive: boolean): Promise<void>;
  /** What the processes were told so far. */
  heard(): Promise<string[]>;
}

/** What a real lock works with. */
export interface RealLockOptions {
  readonly script: RedisScript;
  readonly client: Redis;
  readonly processes: ReadonlyMap<string, Redis>;
  /** No other has it. */
  readonly name: string;
  readonly isShared: boolean;
  /** The processes are told in the slot of the lock, as in a Cluster. */
  readonly isInSlot: boolean;
}

/** Reads and drives the scripts. */
export function createRealLock(options: RealLockOptions): RealLock {
  const { script, client, processes, name, isShared, isInSlot } = options;
  const base = `{${name}}`;
  const heard: string[] = [];
  for (const process of processes.values()) {
    const event = isInSlot ? 'smessage' : 'message';
    process.removeAllListeners('message').removeAllListeners('smessage');
    process.on(event, (channel: string, message: string) => {
      const [kind, ...rest] = message.split('|');
      if (channel.startsWith(`${name}:`)) heard.push(`${kind} ${rest.at(-2)}`);
    });
  }
  return {
    base,
    lastToken: 0,
    async step(...args) {
      const replies = (await script.run(client, [base], [`${name}:`, isInSlot ? 's' : '1', ...args])) as unknown[];
      return replies[0];
    },
    async holders() {
      if (isShared) return client.zrangebyscore(`${base}:h`, '2', '+inf');
      const lease = await client.get(`${base}:l`);
      return lease === null ? [] : [lease.split('|')[0]!];
    },
    line: () => client.zrange(`${base}:q`, '0', '-1'),
    async wishes() {
      return (await client.hkeys(`${base}:w`)).filter((field) => field !== '#');
    },
    async expire(owner) {
      if (isShared) await client.call('ZADD', `${base}:h`, 'XX', '1', owner);
      else if ((await client.get(`${base}:l`))?.startsWith(`${owner}|`) === true) await client.del(`${base}:l`);
    },
    async setAlive(process, isAlive) {
      const own = processes.get(process)!;
      if (isInSlot) await own[isAlive ? 'ssubscribe' : 'sunsubscribe'](`${name}:${process}:${base}`);
      else await own[isAlive ? 'subscribe' : 'unsubscribe'](`${name}:${process}`);
    },
    async heard() {
      for (const process of processes.values()) await process.ping();
      return heard;
    },
  };
}
