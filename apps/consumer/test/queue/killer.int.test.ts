import { type RedisServer, startRedis } from '@lockstep/testing';
import { LockError } from '@lockstep/lock';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { laneOf } from '../../src/lanes/lane-of.ts';
import { consumeQueue } from '../../src/queue/consume-queue.ts';
import type { Delivery, Verdict } from '../../src/sink/sink.ts';
import { createStreamSource } from '../../src/source/stream/stream-source.ts';
import { consumeHarness } from '../fixtures/consume-harness.ts';

let server: RedisServer;
let client: Redis;

beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.port);
});
afterAll(async () => {
  client.disconnect();
  await server.close();
});

const bodyOf = ({ messages }: Delivery): string => messages[0]!.body.toString();

/** Nothing comes of it: its leader has died, or stands still for good. */
const nothing = ({ signal }: Delivery): Promise<Verdict> =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

it('buries a message during which its leader dies each time after so many tries, and nothing else that was under way then', async () => {
  const tries = 5;
  const delivered: string[] = [];
  let killings = 0;
  const source = createStreamSource({
    client,
    queue: 'policies',
    stream: 'killer',
    deadLetters: { stream: 'killer:dead', max: 10 },
    window: 10,
    onMissed: () => undefined,
  });
  for (const [policy, body] of [
    ['a', '1'],
    ['a', 'bad'],
    ['a', '2'],
    ['b', 'slow'],
    ['b', '3'],
  ]) {
    await client.xadd('killer', '*', 'body', body!, 'policy', policy!);
  }
  const leaders: { end: (reason: Error) => void; running: Promise<void> }[] = [];
  for (let token = 1; !delivered.includes('2'); token++) {
    let isDead = false;
    const { options } = consumeHarness(
      async (delivery) => {
        const body = bodyOf(delivery);
        if (body === 'bad') {
          killings++;
          isDead = true;
        }
        // Under way whenever a leader dies with both.
        if (body === 'slow') {
          await vi.waitUntil(() => isDead || killings >= tries - 2);
        }
        if (isDead) return nothing(delivery);
        delivered.push(body);
        return { kind: 'accepted' };
      },
      {
        source,
        laneOf: laneOf('policy'),
        rules: { batch: 1, retry: { minMs: 1, maxMs: 5 }, poison: { tries, action: 'bury' } },
      },
    );
    const leadership = new AbortController();
    const { signal } = leadership;
    const running = consumeQueue({ token, signal, assertHeld: () => undefined }, options);
    leaders.push({ end: (reason) => leadership.abort(reason), running });
    await expect.poll(() => isDead || delivered.includes('2')).toBe(true);
  }
  // What was delivered and not noted when a leader died comes again.
  await expect.poll(() => new Set(delivered)).toEqual(new Set(['1', '2', '3', 'slow']));
  const dead = await client.xrange('killer:dead', '-', '+');
  expect(dead.map(([, fields]) => fields)).toEqual([
    expect.arrayContaining(['bad', '5 leaders ended before it was answered', 'lockstep-tries', '5']),
  ]);
  expect([killings, leaders.length]).toEqual([tries, tries + 1]);
  for (const { end } of leaders) end(new LockError('ERR_LOCK_LOST', 'over'));
  await Promise.all(leaders.map(({ running }) => running));
  expect(await client.hgetall('{killer}:consumer:policies:tries')).toEqual({});
}, 30_000);
