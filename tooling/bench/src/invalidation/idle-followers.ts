import { setTimeout as pause } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { type Contestant, type Params, requireParam } from '../harness/bench-case.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import type { Delivery } from './delivery.ts';
import { startFollowers } from './follower-processes.ts';

/** As often as a cache asks that serves nothing older than two seconds. */
const heartbeatMs = 500;

/** Connections, memory and heartbeats have settled by then. */
const settleMs = 1000;

/** What so many followers take of the processor while they hear nothing. */
export function idleProcessorContestant(delivery: Delivery, followers: number): Contestant {
  return {
    name: delivery.name,
    async open(params) {
      const redisPid = Number(requireParam(params, 'redisPid'));
      return {
        // Opened for each run: whoever waits for his turn would be idle in the same Redis.
        async run(durationMs) {
          await using _listening = await startIdle(delivery, followers, params);
          const startedAt = performance.now();
          const before = await processorMicroseconds(redisPid);
          await pause(Math.max(durationMs, settleMs));
          const spent = (await processorMicroseconds(redisPid)) - before;
          return (spent * 1000) / (performance.now() - startedAt);
        },
        async [Symbol.asyncDispose]() {},
      };
    },
  };
}

/** What a follower takes of something that Redis counts, such as `used_memory`. */
export function idleInfoContestant(delivery: Delivery, followers: number, name: string): Contestant {
  return {
    name: delivery.name,
    async open(params) {
      const client = new Redis(requireParam(params, 'redisUrl'));
      const before = await infoNumber(client, name);
      const listening = await startIdle(delivery, followers, params);
      const perFollower = ((await infoNumber(client, name)) - before) / followers;
      await listening[Symbol.asyncDispose]();
      client.disconnect();
      return { run: async () => perFollower, async [Symbol.asyncDispose]() {} };
    },
  };
}

async function startIdle(delivery: Delivery, followers: number, params: Params): Promise<AsyncDisposable> {
  const redisUrl = requireParam(params, 'redisUrl');
  const started = await startFollowers({ delivery: delivery.name, redisUrl, followers, heartbeatMs });
  await pause(settleMs);
  return started;
}

async function infoNumber(client: Redis, name: string): Promise<number> {
  const line = (await client.info()).split('\r\n').find((one) => one.startsWith(`${name}:`));
  if (line === undefined) throw new Error(`Redis does not say ${name}`);
  return Number(line.slice(name.length + 1));
}
