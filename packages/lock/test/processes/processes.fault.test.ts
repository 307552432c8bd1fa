import { startRedis } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { type Effect, openWorkers, staleEffects } from './workers.ts';

const ttlMs = 1000;
const now = (): number => Number(process.hrtime.bigint()) / 1e6;
const of = (effects: readonly Effect[], { pid }: { pid?: number | undefined }): Effect[] =>
  effects.filter((effect) => effect.pid === pid);
const poll = { timeout: 20_000, interval: 20 };

describe('processes that work under one lock', () => {
  it('see no effect of a holder that was stopped for three periods and goes on', async () => {
    await using server = await startRedis();
    await using workers = openWorkers({ port: server.port, ttlMs, sectionMs: 60_000, everyMs: 5 });
    const { effects } = workers;
    const first = await workers.start();
    await expect.poll(() => of(effects, first).length, poll).toBeGreaterThan(3);
    const second = await workers.start();
    first.kill('SIGSTOP');
    const stoppedAt = now();
    await expect.poll(() => of(effects, second).length, poll).toBeGreaterThan(3);
    await expect.poll(() => now() - stoppedAt, poll).toBeGreaterThan(3 * ttlMs);
    first.kill('SIGCONT');
    const before = of(effects, second).length;
    await expect.poll(() => of(effects, second).length, poll).toBeGreaterThan(before + 20);
    expect(staleEffects(effects)).toEqual([]);
  });

  it('go on after the rest of the period of a holder that was killed', async () => {
    await using server = await startRedis();
    await using workers = openWorkers({ port: server.port, ttlMs, sectionMs: 60_000, everyMs: 5 });
    const { effects } = workers;
    const first = await workers.start();
    await expect.poll(() => of(effects, first).length, poll).toBeGreaterThan(3);
    const second = await workers.start();
    first.kill('SIGKILL');
    await expect.poll(() => of(effects, second).length, poll).toBeGreaterThan(0);
    const gapMs = of(effects, second)[0]!.at - of(effects, first).at(-1)!.at;
    // The bound is the rest of the period and 25 ms; how busy this machine is, is not ours.
    expect(gapMs).toBeLessThan(ttlMs + 500);
    expect(staleEffects(effects)).toEqual([]);
  });

  it('go on soon when those first in line are stopped', async () => {
    await using server = await startRedis();
    const settings = { port: server.port, ttlMs: 10_000, sectionMs: 300, everyMs: 5 };
    await using workers = openWorkers(settings);
    const { effects } = workers;
    const [first, second, third] = [await workers.start(), await workers.start(), await workers.start()];
    await expect.poll(() => of(effects, third).length, poll).toBeGreaterThan(0);
    // The one at work is not stopped, for that would cost a whole period.
    const isNext = (): boolean => of(effects, first).length > 0 && effects.at(-1)!.pid === first.pid;
    await expect.poll(isNext, { timeout: 20_000, interval: 5 }).toBe(true);
    second.kill('SIGSTOP');
    const stoppedAt = now();
    await expect.poll(() => of(effects, third).some(({ at }) => at > stoppedAt), poll).toBe(true);
    const gapMs = of(effects, third).find(({ at }) => at > stoppedAt)!.at - stoppedAt;
    expect(gapMs).toBeLessThan(5000);
    expect(of(effects, second).some(({ at }) => at > stoppedAt + 5)).toBe(false);
    expect(staleEffects(effects)).toEqual([]);
  });
});
