import assert from 'node:assert/strict';

import type { EntryStore, WriteOutcome } from '../store/entry-store.ts';
import { put, replacementOf, storeCase, type StoreConformanceCase, textAt } from './store-case.ts';

/** Stores, in two ways, what was begun under a leadership. */
const writes: Readonly<Record<string, (store: EntryStore, key: string, leader: number) => Promise<WriteOutcome>>> = {
  replace: (store, key, leader) => store.replace(key, replacementOf(9, 'late', { leader })),
  prolong: (store, key, leader) => store.prolong(key, { ticket: 9, ttlMs: 60_000, staleForMs: 0, leader }),
};

/** The rules of sources that one process leads. */
export const storeLeaderCases: readonly StoreConformanceCase[] = [
  storeCase('begins no load under a leadership of the past, and remembers the newest', async ({ one, other }) => {
    assert.equal(await one.admit('s', 5), true);
    assert.equal(await one.admit('s', 5), true);
    assert.deepEqual(await one.begin('s:k', 1, { leader: 5 }), { present: undefined });
    assert.equal(await other.admit('s', 6), true);
    assert.equal(await one.admit('s', 5), false);
    assert.equal(await one.begin('s:k', 2, { leader: 5 }), undefined);
    assert.deepEqual(await other.begin('s:k', 2, { leader: 6 }), { present: undefined });
    assert.equal(await other.replace('s:k', replacementOf(2, 'v', { leader: 6 })), 'stored');
    assert.equal(await textAt(one, 's:k'), 'v');
  }),

  ...Object.entries(writes).map(([name, write]) =>
    storeCase(`refuses to ${name} under a leadership of the past, also what nobody else loads`, async (context) => {
      const { one, other } = context;
      await put(one, 's:k', 1, 'old');
      await one.begin('s:k', 9, { leader: 5 });
      await other.admit('s', 6);
      assert.equal(await write(one, 's:k', 5), 'superseded');
      assert.equal(await textAt(one, 's:k'), 'old');
      // The load itself may go on under the newest leadership, and under none.
      assert.equal(await write(one, 's:k', 6), 'stored');
    }),
  ),

  storeCase('refuses the large write of a leader of the past', async ({ one, other }) => {
    const large = 'x'.repeat(200_000);
    await one.begin('s:k', 9, { leader: 5 });
    await other.admit('s', 6);
    assert.equal(await one.replace('s:k', replacementOf(9, large, { leader: 5 })), 'superseded');
    assert.equal(await textAt(one, 's:k'), undefined);
    assert.equal(await one.replace('s:k', replacementOf(9, large, { leader: 6 })), 'stored');
  }),

  storeCase(
    'refuses a leader of the past an entry that a later one has loaded, whatever was admitted',
    async (context) => {
      const { one, other } = context;
      await put(other, 's:k', 1, 'new');
      await other.begin('s:k', 2, { leader: 6 });
      await other.invalidate('s:k', 'remove');
      assert.equal(await one.begin('s:k', 3, { leader: 5 }), undefined);
      assert.deepEqual(await one.begin('s:k', 3, { leader: 7 }), { present: undefined });
    },
  ),

  storeCase('leads each source for itself, and leaves alone who leads none', async ({ one, other }) => {
    await other.admit('s', 6);
    assert.deepEqual(await one.begin('t:k', 1, { leader: 5 }), { present: undefined });
    assert.equal(await one.replace('t:k', replacementOf(1, 'v', { leader: 5 })), 'stored');
    await put(one, 's:k', 1, 'v');
    assert.equal(await textAt(other, 's:k'), 'v');
    for (const leader of [0, -1, 1.5, Number.NaN]) {
      await assert.rejects(one.begin('s:k', 2, { leader }), RangeError);
      await assert.rejects(one.admit('s', leader), RangeError);
    }
  }),
];
