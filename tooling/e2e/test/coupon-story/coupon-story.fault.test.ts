import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { newReading, read, readUntil } from './coupon-readers.ts';
import { type CouponSource, startCouponSource } from './coupon-source.ts';
import { type Part, startPart, type StorySettings } from './start-part.ts';

const sourceMs = 200;
const ttlMs = 2000;
const refreshBelowMs = 500;
const leaseMs = 3000;

/** What so large a part of the reads was no slower than. */
function percentile(ms: readonly number[], part: number): number {
  return ms.toSorted((a, b) => a - b)[Math.ceil(ms.length * part) - 1]!;
}

let redis: RedisServer;
let source: CouponSource;
let gateways: Part[];
let workers: Part[];

beforeAll(async () => {
  [redis, source] = await Promise.all([startRedis(), startCouponSource(sourceMs)]);
  const settings: StorySettings = {
    redisPort: redis.port,
    sourceUrl: source.url,
    ttlMs,
    refreshBelowMs,
    leaseMs,
  };
  const start = (role: 'gateway' | 'worker', count: number): Promise<Part[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => startPart(role, `${role}-${index}`, settings)));
  [gateways, workers] = await Promise.all([start('gateway', 4), start('worker', 2)]);
});
afterAll(async () => {
  await Promise.all([...gateways, ...workers].map((part) => part[Symbol.asyncDispose]()));
  await Promise.all([source[Symbol.asyncDispose](), redis.close()]);
});

describe('the coupon list, behind four gateways and two workers', () => {
  it('costs one call of the source for a thousand requests at once that find nothing', async () => {
    const reading = newReading();
    const seen = await Promise.all(gateways.map((gateway) => read(gateway, reading, { times: 250 })));
    expect(new Set(seen)).toEqual(new Set([1]));
    expect(reading).toMatchObject({ wrong: [], failures: [] });
    expect(source.calls).toHaveLength(1);
  });

  it('is refreshed once per expiry, by workers, while everybody is served at once', async () => {
    const reading = newReading();
    const from = source.calls.length;
    await readUntil(gateways, reading, () => source.calls.length >= from + 4);
    expect(reading).toMatchObject({ wrong: [], failures: [] });
    // Nobody's answer came from the source: whoever waits for it is told `loaded`.
    expect(reading.states.has('loaded')).toBe(false);
    const refreshes = source.calls.slice(from);
    expect(refreshes.every(({ by }) => by.startsWith('worker'))).toBe(true);
    // From load to load lies the time for which the first is young enough; only what a busy machine puts between the
    // start of the first load and its call is missing.
    const periods = (refreshes.at(-1)!.at - refreshes[0]!.at) / (ttlMs - refreshBelowMs);
    expect(periods).toBeGreaterThan(refreshes.length - 1 - 0.5);
    expect(source.mostAtOnce).toBe(1);
  });

  it('is read without the time of the source in 99 of 100 reads, and not once by waiting for it', async () => {
    const reading = newReading();
    const from = source.calls.length;
    // More than a busy machine adds to a read, which need not wait for a crowd here. The source is at it for two thirds
    // of the time.
    source.delayMs = 1000;
    await readUntil(gateways, reading, () => source.calls.length >= from + 3, { crowds: false });
    source.delayMs = sourceMs;
    expect(reading).toMatchObject({ wrong: [], failures: [] });
    expect(reading.states.has('loaded')).toBe(false);
    expect(reading.ms.length).toBeGreaterThan(200);
    expect(percentile(reading.ms, 0.99)).toBeLessThan(1000);
  });

  it('goes on when the worker that is at it is killed: another one takes over, and nobody notices', async () => {
    const reading = newReading();
    let isOver = false;
    const serving = readUntil(gateways, reading, () => isOver);
    await expect.poll(() => source.asking.length, { interval: 1 }).toBe(1);
    const killed = source.calls.length;
    const victim = workers.find(({ name }) => name === source.calls.at(-1)!.by)!;
    victim.child.kill('SIGKILL');
    await expect.poll(() => source.calls.length, { timeout: 30_000 }).toBeGreaterThan(killed);
    const { by, at } = source.calls[killed]!;
    await expect.poll(() => source.calls.length, { timeout: 30_000 }).toBeGreaterThan(killed + 1);
    isOver = true;
    await serving;
    expect(by).toMatch(/^worker/);
    expect(by).not.toBe(victim.name);
    expect(at - source.calls[killed - 1]!.at).toBeGreaterThan(leaseMs / 2);
    expect(reading).toMatchObject({ wrong: [], failures: [] });
    expect(source.calls.slice(1).every((call) => call.by.startsWith('worker'))).toBe(true);
  });
});
