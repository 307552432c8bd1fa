import { expect, it } from 'vitest';

import { KeyedTurns } from '../../src/backend/keyed-turns.ts';

const late = (): Error => new Error('late');

it('gives turns of one key in the order in which they were asked for', async () => {
  const turns = new KeyedTurns();
  const order: number[] = [];
  const take = async (index: number): Promise<void> => {
    await turns.enter('k', 1000, late);
    order.push(index);
    turns.leave('k');
  };
  await Promise.all([take(1), take(2), take(3)]);
  expect(order).toEqual([1, 2, 3]);
});

it('skips one that gave up waiting', async () => {
  const turns = new KeyedTurns();
  await turns.enter('k', 1000, late);
  const impatient = turns.enter('k', 1, late);
  const patient = turns.enter('k', 1000, late);
  await expect(impatient).rejects.toThrow('late');
  turns.leave('k');
  await expect(patient).resolves.toBeUndefined();
});

it('forgets a key that nobody wants', async () => {
  const turns = new KeyedTurns();
  await turns.enter('k', 1000, late);
  expect(turns.size).toBe(1);
  turns.leave('k');
  expect(turns.size).toBe(0);
});
