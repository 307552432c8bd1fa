import { describe, expect, it } from 'vitest';

import type { RefreshQueue, TaskConsumer } from '../../src/queue/refresh-queue.ts';
import { openBullLab, task } from './bull-lab.ts';

const unreachable = { code: 'ERR_REFRESH_QUEUE' };

/** A consumer, and the keys that it worked on. */
function worked(queue: RefreshQueue): string[] {
  const keys: string[] = [];
  queue.consume(async ({ key }) => {
    keys.push(key);
    return 'refreshed';
  });
  return keys;
}

/** A consumer that holds the task it got until its signal says why it must not. */
function hold(queue: RefreshQueue): {
  readonly taken: string[];
  readonly reasons: unknown[];
  readonly by: TaskConsumer;
} {
  const taken: string[] = [];
  const reasons: unknown[] = [];
  const by = queue.consume(({ key }, { signal }) => {
    taken.push(key);
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason);
        resolve('refreshed');
      });
    });
  });
  return { taken, reasons, by };
}

describe('while Redis is away', () => {
  it('fails calls at once, and goes on when it is back without its data', async () => {
    await using lab = await openBullLab();
    const asker = lab.queue({ globalConcurrency: 3 });
    const keys = worked(lab.queue());
    await asker.enqueue(task('before'));
    await expect.poll(() => keys).toEqual(['before']);
    await asker.pause();
    await asker.enqueue(task('lost'));
    await lab.server.kill();
    await expect.poll(() => asker.counts().then(String, ({ message }) => String(message))).toContain('Redis is away');
    const asks = Array.from({ length: 5000 }, (_, i) => asker.enqueue(task(`k${i}`)));
    for (const ask of await Promise.allSettled(asks)) expect(ask).toMatchObject({ reason: unreachable });
    await lab.server.restart({ keepData: false });
    await expect.poll(() => asker.enqueue(task('after')).catch(() => 'away')).toBe('queued');
    await expect.poll(() => keys).toEqual(['before', 'after']);
    await expect.poll(() => asker.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, dead: 0, isPaused: false });
    await expect.poll(() => asker.bull.getGlobalConcurrency()).toBe(3);
  });

  it('keeps what waits, what is dead and the pause when Redis keeps its data', async () => {
    await using lab = await openBullLab({ appendonly: true });
    const asker = lab.queue({ attempts: 1 });
    const broken = lab.queue({ attempts: 1 }).consume(async () => {
      throw new Error('down');
    });
    await asker.enqueue(task('dead'));
    await expect.poll(() => asker.counts()).toMatchObject({ dead: 1 });
    await broken.close();
    await asker.pause();
    await asker.enqueue(task('a'));
    await asker.enqueue(task('b', 'missing'));
    await lab.server.kill();
    const keys = worked(lab.queue());
    await lab.server.restart();
    await expect.poll(() => asker.enqueue(task('a')).catch(() => 'away')).toBe('known');
    expect(await asker.counts()).toMatchObject({ waiting: 2, dead: 1, isPaused: true });
    await asker.resume();
    await expect.poll(() => keys).toEqual(['b', 'a']);
  });

  it('ends a task that was in hand when Redis went, once', async () => {
    await using lab = await openBullLab({ appendonly: true });
    const queue = lab.queue({ lockMs: 20_000 });
    const taken: string[] = [];
    let gate = (): void => undefined;
    queue.consume(async ({ key }) => {
      taken.push(key);
      if (taken.length === 1) await new Promise<void>((resolve) => (gate = resolve));
      return 'refreshed';
    });
    await queue.enqueue(task('k'));
    await expect.poll(() => taken).toEqual(['k']);
    await lab.server.kill();
    gate();
    await lab.server.restart();
    await expect
      .poll(() => queue.counts().catch(() => undefined))
      .toMatchObject({ waiting: 0, active: 0, delayed: 0, dead: 0 });
    expect(await queue.enqueue(task('k'))).toBe('queued');
  });

  it('tells a task in hand that its hold is lost', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue({ lockMs: 500 });
    const held = hold(queue);
    await queue.enqueue(task('k'));
    await expect.poll(() => held.taken).toEqual(['k']);
    await lab.server.kill();
    await expect.poll(() => held.reasons).toMatchObject([unreachable]);
  });
});

describe('while Redis does not answer', () => {
  it('rejects calls by their deadline, takes no more than its bound, and recovers', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue({ callTimeoutMs: 300, maxInFlight: 20 });
    await expect.poll(() => queue.counts().catch(() => undefined)).toMatchObject({ waiting: 0 });
    await lab.server.freeze();
    const asks = await Promise.allSettled(Array.from({ length: 25 }, (_, i) => queue.enqueue(task(`k${i}`))));
    const messages = asks.map((ask) => (ask.status === 'rejected' ? String(ask.reason) : ask.value));
    expect(messages.filter((text) => text.includes('no answer within 300 ms'))).toHaveLength(20);
    expect(messages.filter((text) => text.includes('20 calls are without an answer'))).toHaveLength(5);
    // The silent connection is given up, and what was under way on it.
    await expect.poll(() => queue.counts().catch(String)).toContain('Redis is away');
    await lab.server.thaw();
    await expect.poll(() => queue.enqueue(task('after')).catch(() => 'away')).toBe('queued');
    const askAgain = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 20 }, (_, i) => queue.enqueue(task(`again${i}`))));
    await expect.poll(() => askAgain().then(() => 'taken', String)).toBe('taken');
  });

  it('gives calls up by their signal', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue();
    await queue.counts();
    await lab.server.freeze();
    const reason = new Error('enough');
    const controller = new AbortController();
    const ask = queue.enqueue(task('k'), { signal: controller.signal });
    controller.abort(reason);
    await expect(ask).rejects.toBe(reason);
    await lab.server.thaw();
  });

  it('closes all the same, with a task in hand', async () => {
    await using lab = await openBullLab();
    const queue = lab.queue({ lockMs: 60_000 });
    const held = hold(queue);
    await queue.enqueue(task('k'));
    await expect.poll(() => held.taken).toEqual(['k']);
    await lab.server.freeze();
    await held.by.close({ drainMs: 100 });
    await queue.close();
    expect(held.reasons).toHaveLength(1);
    await lab.server.thaw();
  });
});
