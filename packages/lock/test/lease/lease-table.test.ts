import { describe, expect, it } from 'vitest';

import { LeaseTable } from '../../src/lease/lease-table.ts';
import { createManualClock } from '../manual-clock.ts';
import { createScriptedDriver } from '../scripted-driver.ts';

function open(timeoutMs = 1000) {
  const clock = createManualClock();
  const driver = createScriptedDriver();
  const errors: string[] = [];
  const ended: string[] = [];
  const table = new LeaseTable({
    driver,
    clock,
    random: () => 0.5,
    timeoutMs,
    onError: ({ message }) => errors.push(message),
    onEnd: ({ key }, isLost) => ended.push(`${key} ${isLost ? 'lost' : 'released'}`),
  });
  const add = (key: string, ttlMs = 3000) =>
    table.add({ key, owner: `p:${key}`, token: 1, ttlMs, sentAt: clock.monotonic(), sentAtWall: clock.now() }, ttlMs);
  return { clock, driver, errors, ended, table, add };
}

describe('the leases of a process', () => {
  it('are renewed together, every third of their period', async () => {
    const { clock, driver, add } = open();
    const [a, b] = [add('a'), add('b')];
    await clock.advance(10_000);
    expect(driver.renewed).toHaveLength(10);
    expect(driver.renewed.every((keys) => keys === 'a,b')).toBe(true);
    expect([a.isHeld(), b.isHeld()]).toEqual([true, true]);
  });

  it('count from when the renewal was sent, not from when it was answered', async () => {
    const { clock, driver, add } = open();
    const lease = add('a');
    driver.delayRenewals(clock, 900);
    await clock.advance(1950);
    expect(lease.remainingMs()).toBe(1000 + 3000 * 0.99 - 2 - 1950);
  });

  it('run out by themselves when nothing is answered, and tell at that moment', async () => {
    const { clock, driver, ended, add } = open();
    const lease = add('a');
    const heardAt: number[] = [];
    lease.signal.addEventListener('abort', () => heardAt.push(clock.monotonic()));
    driver.failRenewals();
    await clock.advance(5000);
    expect(heardAt).toEqual([1000 + 3000 * 0.99 - 2]);
    expect(ended).toEqual(['a lost']);
    expect(() => lease.assertHeld()).toThrow(expect.objectContaining({ code: 'ERR_LOCK_LOST', key: 'a' }));
  });

  it('are tried again until then, and report it', async () => {
    const { clock, driver, errors, add } = open();
    const lease = add('a');
    driver.failRenewals();
    await clock.advance(2000);
    expect(errors.length).toBeGreaterThan(3);
    driver.healRenewals();
    await clock.advance(3000);
    expect(lease.isHeld()).toBe(true);
  });

  it('are each renewed or lost as the lock service says, though it knows nothing of others of the same call', async () => {
    const { clock, driver, errors, ended, add } = open();
    const [a, b, c, d] = [add('a'), add('b'), add('c'), add('d')];
    driver.doubt('a', 'd');
    driver.lose('b');
    await clock.advance(1001);
    expect(errors).toEqual(['the lease on "a" and 1 more could not be renewed: no answer']);
    expect(ended).toEqual(['b lost']);
    expect(c.remainingMs()).toBeGreaterThan(2900);
    await clock.advance(500);
    expect(driver.renewed).toEqual(['a,b,c,d', 'a,d', 'a,d']);
    driver.doubt();
    await clock.advance(5000);
    expect([a, b, c, d].map(({ isHeld }) => isHeld())).toEqual([true, false, true, true]);
  });

  it('are lost at once when the lock service says so', async () => {
    const { clock, driver, ended, add } = open();
    const lease = add('a');
    driver.lose('a');
    await clock.advance(1000);
    expect(lease.isHeld()).toBe(false);
    expect(ended).toEqual(['a lost']);
  });

  it('are seen to be over by whoever looks after a pause, before any timer', async () => {
    const { clock, driver, add } = open();
    const lease = add('a');
    const { signal } = lease;
    clock.freeze(9000);
    expect(signal.aborted).toBe(true);
    expect(lease.isHeld()).toBe(false);
    expect(lease.remainingMs()).toBe(0);
    expect(driver.renewed).toEqual([]);
  });

  it('are over when the machine was suspended for longer, though the monotonic clock stood still', () => {
    const { clock, add } = open();
    const lease = add('a');
    clock.stepWall(3000);
    expect(lease.isHeld()).toBe(false);
  });

  it('do not come back by a renewal that was on its way', async () => {
    const { clock, driver, add } = open();
    const lease = add('a');
    driver.delayRenewals(clock, 100);
    await clock.advance(1050);
    await lease.release();
    await clock.advance(100);
    expect(driver.renewed).toEqual(['a']);
    expect(lease.isHeld()).toBe(false);
  });

  it('are given back once, and are not held from the call on', async () => {
    const { driver, ended, add } = open();
    const lease = add('a');
    const { signal } = lease;
    const first = lease.release();
    expect(lease.isHeld()).toBe(false);
    expect(signal.aborted).toBe(true);
    expect(await Promise.all([first, lease.release()])).toEqual(['released', 'released']);
    await lease[Symbol.asyncDispose]();
    expect(driver.released).toEqual(['a']);
    expect(ended).toEqual(['a released']);
  });

  it('say so when they were lost before they were given back, and are taken off the lock service all the same', async () => {
    const { clock, driver, add } = open();
    const lease = add('a');
    clock.freeze(9000);
    expect(await lease.release()).toBe('lost');
    expect(driver.released).toEqual(['a']);
  });

  it('are given back by further attempts when the first is not answered', async () => {
    const { clock, driver, add } = open();
    driver.failReleases(2);
    const released = add('a').release();
    await clock.advance(1000);
    expect(await released).toBe('released');
    expect(driver.released).toEqual(['a', 'a', 'a']);
  });

  it('are given back within a second at first, and never by a question of more than a third of their period', async () => {
    const { clock, driver, add } = open(5000);
    driver.failReleases(1);
    const released = add('long', 60_000).release();
    await clock.advance(1000);
    expect(await released).toBe('released');
    await add('short', 900).release();
    expect(driver.bounds).toEqual(['release 1000', 'release 5000', 'release 300']);
  });

  it('are left to run out when no attempt is answered', async () => {
    const { clock, driver, add } = open();
    driver.failReleases(Infinity);
    const released = add('a').release();
    await clock.advance(3000);
    expect(await released).toBe('lost');
  });

  it('may be asked to stop while they are held', () => {
    const { table, add } = open();
    const lease = add('a');
    const { signal } = lease;
    table.stopAll(() => Object.assign(new Error('closing')) as never);
    expect(signal.aborted).toBe(true);
    expect(lease.isHeld()).toBe(true);
  });

  it('leave no timer behind when they are closed', async () => {
    const { clock, table, add } = open();
    const lease = add('a');
    await lease.release();
    table.close();
    expect(clock.timers).toBe(0);
  });
});
