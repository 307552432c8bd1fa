import { setTimeout as wait } from 'node:timers/promises';

import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

import { Consumers } from './consumers.ts';
import { type OrderedSink, startOrderedSink } from './ordered-sink.ts';
import { strikes } from './strikes.ts';

/** LOCKSTEP_ORDERED_ROUNDS strikes more often and prints what was measured. */
const rounds = Number(process.env['LOCKSTEP_ORDERED_ROUNDS'] ?? 1);
const messages = 10_000 * rounds;
const leaseMs = 1000;
/** A lease, and room for a machine that is busy with other things. */
const takeoverMs = leaseMs + 2000;

/** Appends the changes after `from`, up to `to`. */
async function append(client: Redis, from: number, to: number): Promise<void> {
  const pipeline = client.pipeline();
  for (let place = from + 1; place <= to; place++) pipeline.xadd('policies', '*', 'body', JSON.stringify({ place }));
  await pipeline.exec();
}

/** Resolves when it is so. @throws when something is wrong, or nothing happens for a minute. */
async function until({ judge }: OrderedSink, isSo: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 60_000;
  while (!isSo()) {
    if (judge.wrongs.length > 0) throw new Error(`out of order: ${judge.wrongs.join(', ')}`);
    if (performance.now() > giveUpAt) throw new Error(`the queue stands at ${judge.place}`);
    await wait(10);
  }
}

it(
  'keeps the order of a queue while its leader is killed, frozen and thawed again and again',
  async () => {
    await using redis = await startRedis();
    await using sink = await startOrderedSink();
    await using consumers = await Consumers.start(redis, sink.url, { count: 3, leaseMs });
    const client = new Redis(redis.port);
    try {
      const { judge } = sink;
      const plan = Array.from({ length: rounds }, () => [
        'freeze',
        'kill -9',
        'rolling restart',
        'flicker',
        'kill -9',
      ]).flat();
      const share = Math.floor(messages / (plan.length + 1));
      const takeovers: string[] = [];
      const tooLate: string[] = [];
      let written = 0;
      for (const name of plan) {
        await append(client, written, written + share);
        written += share;
        const under = written - Math.ceil(share * 0.7);
        await until(sink, () => judge.place > under);
        const leader = await consumers.leader();
        // The leader is struck in the middle of a request that has no effect yet.
        const held = name === 'freeze' || name === 'kill -9' ? await sink.holdNext() : undefined;
        const { token } = judge;
        const struckAt = performance.now();
        const overtaken = async (): Promise<void> => {
          await until(sink, () => sink.appliedSince(token) !== undefined);
          held?.release();
        };
        await strikes[name]!(leader, { consumers, overtaken });
        const tookMs = (sink.appliedSince(token) ?? Infinity) - struckAt;
        takeovers.push(`${name} of ${leader.name}: ${tookMs.toFixed(0)} ms`);
        if (name !== 'flicker' && tookMs > takeoverMs) tooLate.push(takeovers.at(-1)!);
      }
      await append(client, written, messages);
      await until(sink, () => judge.place >= messages);
      const { wrongs, counts } = judge;
      if (process.env['LOCKSTEP_ORDERED_ROUNDS'] !== undefined) {
        process.stdout.write(`${takeovers.join('\n')}\n${JSON.stringify(counts)}\n`);
      }
      expect({ wrongs, tooLate, takeovers }).toEqual({ wrongs: [], tooLate: [], takeovers });
      expect(counts.applied).toBe(messages);
      // What a frozen leader had sent came to the sink after its successor's.
      expect(counts.stale).toBeGreaterThanOrEqual(rounds);
    } finally {
      client.disconnect();
    }
  },
  rounds * 120_000,
);
