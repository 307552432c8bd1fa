import { describe, expect, it } from 'vitest';

import type { AcquireReply, AcquireRequest, LockDriver } from '../src/driver/lock-driver.ts';
import { createLocks } from '../src/index.ts';
import { createManualClock } from './manual-clock.ts';
import { createScriptedDriver } from './scripted-driver.ts';

const QUEUED: AcquireReply = { kind: 'queued', rank: 0, holder: 'x:1', holderTtlMs: 60_000 };

function open(overrides: Partial<LockDriver> = {}) {
  const clock = createManualClock();
  const scripted = createScriptedDriver();
  const driver = { ...scripted, ...overrides };
  const locks = createLocks({ driver, clock, random: () => 0.5, onError: () => undefined });
  const held = ({ key, owner, ttlMs }: AcquireRequest): AcquireReply => {
    return { kind: 'held', key, owner, token: 1, ttlMs, sentAt: clock.monotonic(), sentAtWall: clock.now() };
  };
  return { clock, driver, locks, held };
}

describe('several locks', () => {
  it('are not waited for when the signal aborts during the first question', async () => {
    const { signal, abort } = abortable();
    let isAsked = false;
    const { clock, driver, locks } = open({
      acquireMany: (_requests, bound) =>
        new Promise((_resolve, reject) => {
          isAsked = true;
          bound.signal?.addEventListener('abort', () => reject(bound.signal?.reason as Error));
        }),
    });
    const both = locks.withLocks(['a', 'b'], { signal, waitMs: Infinity }, () => 1);
    both.catch(() => undefined);
    await clock.advance(1);
    expect(isAsked).toBe(true);
    abort();
    await expect(both).rejects.toThrow('enough');
    expect(driver.asked).toEqual([]);
    // Whether they were given is not known.
    expect(driver.cancelled).toEqual(['a', 'b']);
  });

  it('are not waited for when the signal aborts between two of them, and nothing stays held', async () => {
    const { signal, abort } = abortable();
    let isGranted = false;
    const { clock, driver, locks, held } = open({
      // Nobody listens to the signal from the moment at which the first is there until the second is asked for.
      setWaiting: (count) => void (isGranted && count === 0 && abort()),
    });
    driver.answer((request) => (isGranted ? held(request) : QUEUED));
    const both = locks.withLocks(['a', 'b'], { signal, waitMs: Infinity }, () => 1);
    both.catch(() => undefined);
    await clock.advance(1);
    isGranted = true;
    await clock.advance(10_000);
    await expect(both).rejects.toThrow('enough');
    expect(driver.released).toEqual(['a']);
    expect(driver.cancelled).toEqual(['b']);
    expect(new Set(driver.asked).size).toBe(1);
  });

  it('are acquired one by one where replicas must have them', async () => {
    let together = 0;
    const { driver, locks, held } = open({
      acquireMany: () => {
        together++;
        return Promise.resolve({ ...QUEUED, kind: 'taken', key: 'a' });
      },
    });
    const asked: unknown[] = [];
    driver.answer((request) => {
      asked.push([request.key, request.replicas]);
      return held(request);
    });
    expect(await locks.withLocks(['a', 'b'], { replicas: 2 }, () => 'done')).toBe('done');
    expect(asked).toEqual([
      ['a', 2],
      ['b', 2],
    ]);
    expect(together).toBe(0);
  });
});

function abortable(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('enough')) };
}
