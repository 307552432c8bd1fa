import { LockError } from '@lockstep/lock';
import { describe, expect, it } from 'vitest';

import { ConsumerError } from '../../src/consumer-error.ts';
import { laneOf } from '../../src/lanes/lane-of.ts';
import { consumeQueue } from '../../src/queue/consume-queue.ts';
import type { Verdict } from '../../src/sink/sink.ts';
import { consumeHarness } from '../fixtures/consume-harness.ts';
import { staleError } from '../fixtures/memory-queue.ts';

const accepted: Verdict = { kind: 'accepted' };

describe('a leadership that consumes', () => {
  it('reads no further ahead than its window', async () => {
    let release: (verdict: Verdict) => void = () => undefined;
    const harness = consumeHarness(() => new Promise((resolve) => (release = resolve)), { window: 2 });
    harness.queue.write('1', '2', '3', '4');
    const running = harness.run();
    await expect.poll(() => harness.view.lanes?.size).toBe(2);
    release(accepted);
    await expect.poll(() => harness.requests).toEqual([['1'], ['2']]);
    expect(harness.view.lanes?.size).toBeLessThanOrEqual(2);
    harness.end(new LockError('ERR_LOCK_LOST', 'lost'));
    release(accepted);
    await running;
  });

  it('passes on what troubles the source', async () => {
    const harness = consumeHarness(() => accepted);
    const running = harness.run();
    harness.queue.terms!.onTrouble('somebody else reads');
    expect(harness.troubles).toEqual(['somebody else reads']);
    harness.end(new Error('enough'));
    await running;
  });

  it('puts messages of one lane into one request, and never those of two', async () => {
    const lane = laneOf('policy');
    const harness = consumeHarness(() => accepted, {
      laneOf: lane,
      parallel: 1,
      rules: { batch: 3, retry: { minMs: 1, maxMs: 5 }, poison: { tries: 3, action: 'bury' } },
    });
    harness.queue.write('a1', 'b1', 'a2', 'a3', 'a4');
    for (const message of harness.queue.messages) {
      (message.attributes as Map<string, string>).set('policy', message.id[0]!);
    }
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toHaveLength(5);
    harness.end(new Error('enough'));
    await running;
    expect(harness.requests.map((ids) => ids.join(''))).toEqual(['a1a2a3', 'b1', 'a4']);
  });

  it('lets a request end when it is asked to stop, and notes what it did', async () => {
    let release: (verdict: Verdict) => void = () => undefined;
    const harness = consumeHarness(() => new Promise((resolve) => (release = resolve)));
    harness.queue.write('1', '2');
    const running = harness.run();
    await expect.poll(() => harness.requests).toEqual([['1']]);
    harness.end(new LockError('ERR_LOCK_CLOSED', 'closed'));
    release(accepted);
    await running;
    expect([harness.queue.done, harness.requests, harness.queue.closed]).toEqual([['1'], [['1']], 1]);
  });

  it.each([
    ['it has lost its lease', 'ERR_LOCK_LOST' as const, 60_000],
    ['no time is left', 'ERR_LOCK_CLOSED' as const, 20],
  ])('cuts a request when %s', async (_why, code, drainMs) => {
    let reason: unknown;
    const deliver = ({ signal }: { signal: AbortSignal }): Promise<Verdict> =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          ({ reason } = signal);
          reject(reason);
        });
      });
    const harness = consumeHarness(deliver, { drainMs });
    harness.queue.write('1');
    const running = harness.run();
    await expect.poll(() => harness.requests).toHaveLength(1);
    harness.end(new LockError(code, 'over'));
    await running;
    expect([reason, harness.queue.done]).toEqual([expect.any(Error), []]);
  });

  it('ends with an error when the sink has heard of a newer leader', async () => {
    const harness = consumeHarness(() => ({ kind: 'stale' }));
    harness.queue.write('1');
    await expect(harness.run()).rejects.toMatchObject({ code: 'ERR_CONSUMER_STALE' });
    expect([harness.queue.done, harness.queue.closed]).toEqual([[], 1]);
  });

  it('ends with an error when the source has thrown it out', async () => {
    const harness = consumeHarness(() => accepted);
    const running = harness.run();
    await expect.poll(() => harness.queue.terms).toBeDefined();
    harness.queue.terms!.onFailure(staleError);
    await expect(running).rejects.toBe(staleError);
    expect(harness.queue.closed).toBe(1);
  });

  it('delivers nothing at a moment at which it does not lead, even when nobody has told it', async () => {
    let isHeld = true;
    const harness = consumeHarness(() => {
      isHeld = false;
      return accepted;
    });
    harness.queue.write('1', '2');
    const signal = new AbortController().signal;
    const assertHeld = (): void => {
      if (!isHeld) throw new LockError('ERR_LOCK_LOST', 'lost');
    };
    await expect(consumeQueue({ token: 7, signal, assertHeld }, harness.options)).rejects.toThrow('lost');
    expect(harness.requests).toEqual([['1']]);
  });

  it('goes on reading after the source could not be reached, and says so once', async () => {
    const harness = consumeHarness(() => accepted);
    const away = new ConsumerError('ERR_CONSUMER_SOURCE', 'away');
    harness.queue.readErrors = [away, away];
    harness.queue.write('1');
    const running = harness.run();
    await expect.poll(() => harness.queue.done).toEqual(['1']);
    harness.end(new Error('enough'));
    await running;
    expect(harness.troubles).toEqual(['away (ERR_CONSUMER_SOURCE)']);
  });

  it('says when it could not tell what was done before it ended', async () => {
    const harness = consumeHarness(() => accepted);
    harness.queue.settleError = new ConsumerError('ERR_CONSUMER_SOURCE', 'away');
    const running = harness.run();
    harness.end(new Error('enough'));
    await running;
    expect([harness.troubles, harness.queue.closed]).toEqual([['away (ERR_CONSUMER_SOURCE)'], 1]);
  });
});
