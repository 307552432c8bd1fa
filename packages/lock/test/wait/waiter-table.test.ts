import { describe, expect, it } from 'vitest';

import type { AcquireReply, AcquireRequest } from '../../src/driver/lock-driver.ts';
import { LockError } from '../../src/lock-error.ts';
import { WaiterTable } from '../../src/wait/waiter-table.ts';
import { createManualClock } from '../manual-clock.ts';
import { createScriptedDriver } from '../scripted-driver.ts';

function open(timeoutMs = 1000) {
  const clock = createManualClock();
  const driver = createScriptedDriver();
  const errors: string[] = [];
  const onError = ({ message }: Error): void => void errors.push(message);
  const table = new WaiterTable({ driver, clock, random: () => 0, timeoutMs, maxWaiting: 3, onError });
  const requestOf = (owner: string): AcquireRequest => ({ key: 'k', owner, ttlMs: 3000, grantMs: 500, mode: 'queue' });
  const held = ({ key, owner, ttlMs }: AcquireRequest): AcquireReply => {
    return { kind: 'held', key, owner, token: 7, ttlMs, sentAt: clock.monotonic(), sentAtWall: clock.now() };
  };
  const wait = (owner: string, waitMs = Infinity, signal?: AbortSignal) => {
    const result = table.wait(requestOf(owner), { waitMs, signal });
    result.catch(() => undefined);
    return result;
  };
  return { clock, driver, errors, table, held, wait };
}

describe('the waiters of a process', () => {
  it('have what is free at once, by one question and without a timer', async () => {
    const { clock, driver, held, wait } = open();
    driver.answer(held);
    expect(await wait('p:1', 1000)).toMatchObject({ owner: 'p:1', token: 7 });
    expect(driver.asked).toEqual(['p:1']);
    expect([clock.timers, driver.waiting, driver.cancelled]).toEqual([0, [], []]);
  });

  it('ask when they are told, and have a whole lease by that', async () => {
    const { clock, driver, table, held, wait } = open();
    const grant = wait('p:1');
    await clock.advance(10);
    expect(driver.waiting).toEqual([1]);
    driver.answer(held);
    expect(table.told('p:1')).toBe(true);
    expect(await grant).toMatchObject({ ttlMs: 3000 });
    expect(driver.waiting).toEqual([1, 0]);
    expect(table.told('p:1')).toBe(false);
  });

  it('ask again when they were told while a question was on its way', async () => {
    const { clock, driver, table, held, wait } = open();
    let answer!: (reply: AcquireReply) => void;
    driver.answer(() => new Promise((resolve) => (answer = resolve)));
    const grant = wait('p:1');
    table.told('p:1');
    driver.answer(held);
    answer({ kind: 'queued', rank: 0, holder: 'x', holderTtlMs: 9000 });
    await clock.advance(0);
    expect(await grant).toMatchObject({ owner: 'p:1' });
  });

  it('ask one at a time and in turns when the holder should be gone', async () => {
    const { clock, driver, wait } = open();
    void wait('p:1');
    void wait('p:2');
    await clock.advance(1000);
    expect(driver.asked).toEqual(['p:1', 'p:2']);
    await clock.advance(1);
    expect(driver.asked).toEqual(['p:1', 'p:2', 'p:1']);
    await clock.advance(1001);
    expect(driver.asked).toEqual(['p:1', 'p:2', 'p:1', 'p:2']);
  });

  it('read what has come during a pause before one of them asks out of turn', async () => {
    const { clock, driver, wait } = open();
    void wait('p:1');
    await clock.advance(1);
    clock.freeze(2000);
    await clock.advance(0);
    expect(driver.asked).toEqual(['p:1']);
    clock.freeze(100);
    await clock.advance(0);
    expect(driver.asked).toEqual(['p:1', 'p:1']);
  });

  it('notice from an answer that one of them was given the lock and the push was lost', async () => {
    const { clock, driver, held, wait } = open();
    const first = wait('p:1');
    void wait('p:2');
    await clock.advance(1);
    driver.answer((request) =>
      request.owner === 'p:1' ? held(request) : { kind: 'queued', rank: 0, holder: 'p:1', holderTtlMs: 400 },
    );
    void wait('p:3');
    await clock.advance(0);
    expect(await first).toMatchObject({ owner: 'p:1' });
  });

  it('all ask again when pushes may have been missed', async () => {
    const { clock, driver, table, wait } = open();
    void wait('p:1');
    void wait('p:2');
    await clock.advance(1);
    table.askAll();
    expect(driver.asked).toEqual(['p:1', 'p:2', 'p:1', 'p:2']);
  });

  it('leave the line when they give up, by time, by signal, or because all are sent away', async () => {
    const { clock, driver, table, wait } = open();
    const controller = new AbortController();
    const [late, aborted, sentAway] = [wait('p:1', 100), wait('p:2', 100, controller.signal), wait('p:3')];
    await clock.advance(1);
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await clock.advance(100);
    await expect(late).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT', key: 'k' });
    table.failAll(() => new LockError('ERR_LOCK_CLOSED', 'closed'));
    await expect(sentAway).rejects.toMatchObject({ code: 'ERR_LOCK_CLOSED' });
    expect(driver.cancelled).toEqual(['k', 'k', 'k']);
    await table.left();
    expect([table.size, clock.timers, driver.waiting.at(-1)]).toEqual([0, 0, 0]);
  });

  it('go on asking while nothing answers, report it once, and say so in the end', async () => {
    const { clock, driver, errors, wait } = open();
    driver.answer(() => Promise.reject(new Error('connection refused')));
    const grant = wait('p:1', 5000);
    await clock.advance(5000);
    await expect(grant).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE', key: 'k' });
    expect(errors).toEqual(['the lock "k" could not be asked for: connection refused']);
    expect(driver.asked.length).toBeGreaterThan(8);
  });

  it('do not work under an answer that took longer than the lease', async () => {
    const { clock, driver, held, wait } = open();
    const stale = held({ key: 'k', owner: 'p:1', ttlMs: 3000, grantMs: 500, mode: 'queue' });
    driver.answer(() => stale);
    clock.freeze(4000);
    const grant = wait('p:1');
    await clock.advance(5);
    driver.answer(held);
    await clock.advance(50);
    expect(await grant).toMatchObject({ sentAt: 5010 });
  });

  it('give back what is granted after they have given up and could not say so', async () => {
    const { clock, driver, table, wait } = open();
    driver.failCancels(1);
    const grant = wait('p:1', 100);
    await clock.advance(101);
    await expect(grant).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT' });
    await table.left();
    expect(table.told('p:1')).toBe(false);
    expect(driver.cancelled).toEqual(['k', 'k']);
    table.told('p:1');
    expect(driver.cancelled).toEqual(['k', 'k']);
  });

  it('ask for no longer than a third of the period, and cancel so, also later', async () => {
    const { clock, driver, table, wait } = open(5000);
    driver.failCancels(1);
    const grant = wait('p:1', 4000);
    await clock.advance(4001);
    await expect(grant).rejects.toMatchObject({ code: 'ERR_LOCK_TIMEOUT' });
    await table.left();
    table.askAll();
    expect(driver.bounds[0]).toBe('acquire 1000');
    expect(driver.bounds.slice(-2)).toEqual(['cancel 1000', 'cancel 1000']);
  });

  it('ask for nothing when their signal is aborted already', async () => {
    const { driver, table, wait } = open();
    await expect(wait('p:1', Infinity, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
    expect([driver.asked, table.size]).toEqual([[], 0]);
  });

  it('are not more than a bound', async () => {
    const { table, wait } = open();
    for (const owner of ['p:1', 'p:2', 'p:3']) void wait(owner);
    await expect(wait('p:4')).rejects.toMatchObject({ code: 'ERR_LOCK_UNAVAILABLE', key: 'k' });
    expect(table.size).toBe(3);
  });

  it('are next again, with more time, when they were too late for what they were granted', async () => {
    const { clock, driver, table, held, wait } = open();
    const asked: unknown[] = [];
    driver.answer((request) => {
      asked.push([request.grantMs, request.priority]);
      return asked.length < 3 ? { kind: 'queued', rank: 0, holder: 'x', holderTtlMs: 100 } : held(request);
    });
    const grant = wait('p:1');
    await clock.advance(1);
    table.told('p:1');
    await clock.advance(1);
    table.told('p:1');
    await grant;
    expect(asked).toEqual([
      [500, undefined],
      [1000, 0.25],
      [1000, 0.25],
    ]);
    expect(table.periods.within(3000)).toBeGreaterThan(50);
  });

  it('never touch the lock of an owner that they do not know', () => {
    const { driver, table } = open();
    expect(table.told('somebody:1')).toBe(false);
    expect(driver.cancelled).toEqual([]);
  });
});
