import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describe, expect, it } from 'vitest';

import { createLocks, createMemoryLockDriver, createMemoryLockSpace, LockError } from '../src/index.ts';
import { describeLocks } from './locks-behaviour.ts';
import { createManualClock } from './manual-clock.ts';
import { createScriptedDriver } from './scripted-driver.ts';

describe('locks in memory', () => {
  const space = createMemoryLockSpace();
  describeLocks(() => createLocks({ driver: createMemoryLockDriver({ space }) }));
});

describe('a section whose lease is lost', () => {
  const open = () => {
    const clock = createManualClock();
    const driver = createScriptedDriver();
    const errors: Error[] = [];
    driver.answer(({ key, owner, ttlMs }) => {
      return { kind: 'held', key, owner, token: 1, ttlMs, sentAt: clock.monotonic(), sentAtWall: clock.now() };
    });
    const locks = createLocks({ driver, clock, random: () => 0.5, onError: (error) => errors.push(error) });
    return { clock, driver, errors, locks };
  };

  it('returns its value, and the loss is reported', async () => {
    const { clock, errors, locks } = open();
    expect(await locks.withLock('k', () => (clock.freeze(60_000), 42))).toBe(42);
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_LOCK_LOST', key: 'k' })]);
  });

  it('rejects instead where that is wanted', async () => {
    const { clock, errors, locks } = open();
    const section = locks.withLock('k', { onLost: 'throw' }, () => (clock.freeze(60_000), 42));
    await expect(section).rejects.toMatchObject({ code: 'ERR_LOCK_LOST', key: 'k' });
    expect(errors).toEqual([]);
  });

  it('passes on its own error in any case', async () => {
    const { clock, locks } = open();
    const section = locks.withLock('k', { onLost: 'throw' }, () => {
      clock.freeze(60_000);
      throw new Error('my own');
    });
    await expect(section).rejects.toThrow('my own');
  });

  it('settles after one attempt to give back when nothing answers, and attempts go on', async () => {
    const { clock, driver, locks } = open();
    driver.failReleases(3);
    expect(await locks.withLock('k', () => 42)).toBe(42);
    await clock.advance(200);
    expect(driver.released).toHaveLength(4);
  });

  it('is told through the signal of several locks, exactly', async () => {
    const { clock, errors, locks } = open();
    await locks.withLocks(['a', 'b'], ({ signal, assertHeld, remainingMs }) => {
      expect(signal.aborted).toBe(false);
      assertHeld();
      clock.freeze(60_000);
      expect(signal.aborted).toBe(true);
      expect(signal.reason).toBeInstanceOf(LockError);
      expect(remainingMs()).toBe(0);
      expect(() => assertHeld()).toThrow('"a" ran out');
    });
    expect(errors).toHaveLength(1);
  });
});

describe('createLocks', () => {
  it('does not take what makes no sense', async () => {
    const driver = createMemoryLockDriver();
    expect(() => createLocks({})).toThrow('either client or driver');
    expect(() => createLocks({ driver, ttlMs: 1 })).toThrow('ttlMs must be an integer from 50');
    expect(() => createLocks({ driver, prefix: 'a{b' })).toThrow('prefix');
    await using locks = createLocks({ driver });
    await expect(locks.acquire('')).rejects.toThrow(RangeError);
    await expect(locks.acquire('k', { priority: 0.5 })).rejects.toThrow('priority must be an integer');
    await expect(locks.withLocks([], () => 1)).rejects.toThrow('1 to 100 keys');
    await expect(locks.withLock('k', 7 as never)).rejects.toThrow('the section must be a function');
  });

  it('survives an onError that throws', async () => {
    const driver = createScriptedDriver();
    const clock = createManualClock();
    driver.answer(() => Promise.reject(new Error('down')));
    const warned = new Promise<Error>((resolve) => void process.once('warning', resolve));
    const onError = (): never => {
      throw new Error('onError is broken');
    };
    const locks = createLocks({ driver, clock, onError });
    const failing = locks.acquire('k', { waitMs: 100 });
    failing.catch(() => undefined);
    await clock.advance(200);
    await expect(failing).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE' });
    expect((await warned).message).toBe('onError is broken');
  });

  it('tells its diagnostics channels how long was waited and held', async () => {
    const heard: unknown[] = [];
    const hear = (message: unknown): void => void heard.push(message);
    subscribe('lockstep:lock:wait', hear);
    subscribe('lockstep:lock:hold', hear);
    await using locks = createLocks({ driver: createMemoryLockDriver() });
    await locks.withLock('k', () => locks.tryAcquire('k'));
    unsubscribe('lockstep:lock:wait', hear);
    unsubscribe('lockstep:lock:hold', hear);
    const durationMs = expect.any(Number) as number;
    expect(heard).toEqual([
      { key: 'k', durationMs, outcome: 'ok' },
      { key: 'k', durationMs, outcome: 'taken' },
      { key: 'k', token: expect.any(Number) as number, durationMs, outcome: 'released' },
    ]);
  });
});
