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
