import { expect, it } from 'vitest';

import { KeyedTurns } from '../../src/backend/keyed-turns.ts';

const late = (): Error => new Error('late');

it('gives turns of one key in the order in which they were asked for', async () => {
  const turns = new KeyedTurns();
  const order: number[] = [];
  const take = async (index: number): Promise<void> => {
    await turns.enter('k', { timeoutMs: 1000, onTimeout: late });
    order.push(index);
    turns.leave('k');
  };
  await Promise.all([take(1), take(2), take(3)]);
  expect(order).toEqual([1, 2, 3]);
});

it('skips one that gave up waiting', async () => {
  const turns = new KeyedTurns();
  await turns.enter('k', { timeoutMs: 1000, onTimeout: late });
  const impatient = turns.enter('k', { timeoutMs: 1, onTimeout: late });
  const patient = turns.enter('k', { timeoutMs: 1000, onTimeout: late });
  await expect(impatient).rejects.toThrow('late');
  turns.leave('k');
  await expect(patient).resolves.toBeUndefined();
});

it('forgets a key that nobody wants', async () => {
  const turns = new KeyedTurns();
  await turns.enter('k', { timeoutMs: 1000, onTimeout: late });
  expect(turns.size).toBe(1);
  turns.leave('k');
  expect(turns.size).toBe(0);
});

it('gives the turn also to one that waits as long as it takes', async () => {
  const turns = new KeyedTurns();
  const options = { timeoutMs: 1000, onTimeout: late };
  await turns.enter('k', options);
  const waiting = turns.enter('k', options);
  const patient = turns.enterAtLast('k');
  turns.leave('k');
  await waiting;
  turns.leave('k');
  await expect(patient).resolves.toBeUndefined();
  turns.leave('k');
  expect(turns.size).toBe(0);
});

it('lets one go whose signal is aborted, and gives the turn to the next', async () => {
  const turns = new KeyedTurns();
  const reason = new Error('gone');
  const controller = new AbortController();
  const options = { timeoutMs: 1000, onTimeout: late };
  await turns.enter('k', options);
  const gone = turns.enter('k', { ...options, signal: controller.signal });
  const next = turns.enter('k', options);
  controller.abort(reason);
  await expect(gone).rejects.toBe(reason);
  turns.leave('k');
  await expect(next).resolves.toBeUndefined();
});

it('gives a turn to all who share it, and to others when the last of them has left', async () => {
  const turns = new KeyedTurns();
  const order: string[] = [];
  expect([turns.tryShare('k'), turns.tryShare('k'), turns.tryEnter('k')]).toEqual([true, true, false]);
  const waiting = turns.enter('k', { timeoutMs: 1000, onTimeout: late }).then(() => order.push('alone'));
  // Whoever waits is not to be overtaken for ever.
  expect(turns.tryShare('k')).toBe(false);
  turns.leaveShared('k');
  await Promise.resolve();
  order.push('one has left');
  turns.leaveShared('k');
  await waiting;
  expect(order).toEqual(['one has left', 'alone']);
  expect(turns.tryShare('k')).toBe(false);
  turns.leave('k');
  expect([turns.size, turns.tryShare('k'), turns.size]).toEqual([0, true, 1]);
  turns.leaveShared('k');
  expect(turns.size).toBe(0);
});

it('is free after a shared turn when those who waited for it gave up', async () => {
  const turns = new KeyedTurns();
  turns.tryShare('k');
  await expect(turns.enter('k', { timeoutMs: 1, onTimeout: late })).rejects.toThrow('late');
  turns.leaveShared('k');
  expect([turns.size, turns.tryEnter('k')]).toEqual([0, true]);
});
