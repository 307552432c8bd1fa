import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { RefreshQueue, RefreshReason, RefreshTask } from '../../src/queue/refresh-queue.ts';
import { type BullLab, openBullLab } from './bull-lab.ts';

const KEYS = Array.from({ length: 150 }, (_, index) => `k${index}`);

let lab: BullLab;
beforeAll(async () => {
  lab = await openBullLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

const task = (key: string, reason: RefreshReason): RefreshTask => ({ key, reason, requestedAt: Date.now() });

/** Everything after the next few turns of the event loop, in an order that nobody chose. */
async function atOnce(...works: (() => Promise<unknown>)[]): Promise<void> {
  const late = async (work: () => Promise<unknown>): Promise<void> => {
    for (let turns = Math.floor(Math.random() * 8); turns > 0; turns--) {
      await new Promise((resolve) => void setImmediate(resolve));
    }
    await work();
  };
  await Promise.all(works.map(late));
}

describe('a task that is asked for by hand', () => {
  it('is carried out whoever drops what has become superfluous, or asks for less, at the same moment', async () => {
    const open = (): RefreshQueue => lab.queue({ prefix: 'races', callTimeoutMs: 20_000 });
    const [one, other, third] = [open(), open(), open()];
    await Promise.all(KEYS.map((key) => one.enqueue(task(key, 'ageing'))));
    await Promise.all(
      KEYS.map((key) =>
        atOnce(
          () => one.drop(key, { sparesFollowUps: true }),
          () => other.enqueue(task(key, 'manual')),
          () => third.enqueue(task(key, 'stale')),
          () => one.enqueue(task(key, 'invalidated')),
        ),
      ),
    );
    const byHand = new Set<string>();
    one.consume(
      async ({ key, reason }) => {
        if (reason === 'manual') byHand.add(key);
        return 'refreshed';
      },
      { concurrency: 20 },
    );
    await expect.poll(() => other.counts(), { timeout: 20_000 }).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
    expect(KEYS.filter((key) => !byHand.has(key))).toEqual([]);
  }, 60_000);

  it('follows the one in hand, whoever asks for less at the same moment', async () => {
    const open = (): RefreshQueue => lab.queue({ prefix: 'follow', callTimeoutMs: 20_000 });
    const [one, other, third] = [open(), open(), open()];
    const keys = KEYS.slice(0, 50);
    const begun: RefreshTask[] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    one.consume(
      async (taken) => {
        begun.push(taken);
        await held;
        return 'refreshed';
      },
      { concurrency: keys.length },
    );
    await Promise.all(keys.map((key) => one.enqueue(task(key, 'ageing'))));
    await expect.poll(() => begun.length, { timeout: 20_000 }).toBe(keys.length);
    await Promise.all(
      keys.map((key) =>
        atOnce(
          () => other.enqueue(task(key, 'manual')),
          () => third.enqueue(task(key, 'invalidated')),
          () => one.enqueue(task(key, 'scheduled')),
        ),
      ),
    );
    release();
    await expect.poll(() => other.counts(), { timeout: 20_000 }).toMatchObject({ waiting: 0, active: 0, delayed: 0 });
    const byHand = new Set(begun.filter(({ reason }) => reason === 'manual').map(({ key }) => key));
    expect(keys.filter((key) => !byHand.has(key))).toEqual([]);
  }, 60_000);
});
