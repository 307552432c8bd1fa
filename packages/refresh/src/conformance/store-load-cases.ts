import assert from 'node:assert/strict';

import type { EntryStore } from '../store/entry-store.ts';
import {
  put,
  rejectsWith,
  replacementOf,
  storeCase,
  type StoreConformanceCase,
  textAt,
  valueOf,
  wholeOf,
} from './store-case.ts';

const HOUR = 3_600_000;

/** The rules of tickets and invalidations. */
export const storeLoadCases: readonly StoreConformanceCase[] = [
  storeCase('refuses what no load has begun', async ({ one }) => {
    assert.equal(await one.replace('k', replacementOf(1, 'v')), 'superseded');
    assert.equal(await one.prolong('k', { ticket: 1, ttlMs: 1000, staleForMs: 0 }), 'superseded');
    assert.equal(await textAt(one, 'k'), undefined);
  }),

  storeCase('refuses the late write of a load when a later one has begun or stored', async ({ one, other }) => {
    await one.begin('k', 7);
    await other.begin('k', 9);
    assert.equal(await one.replace('k', replacementOf(7, 'late')), 'superseded');
    assert.equal(await textAt(one, 'k'), undefined);
    assert.equal(await other.replace('k', replacementOf(9, 'new')), 'stored');
    assert.equal(await one.replace('k', replacementOf(7, 'late')), 'superseded');
    assert.equal(await one.prolong('k', { ticket: 7, ttlMs: HOUR, staleForMs: 0 }), 'superseded');
    assert.equal(await textAt(one, 'k'), 'new');
    assert.equal(await one.begin('k', 8), undefined);
    assert.equal(await one.begin('k', 7), undefined);
  }),

  storeCase('answers the same call a second time as the first time', async ({ one }) => {
    assert.deepEqual(await one.begin('k', 1), { present: undefined });
    assert.deepEqual(await one.begin('k', 1), { present: undefined });
    assert.equal(await one.replace('k', replacementOf(1, 'v')), 'stored');
    assert.equal(await one.replace('k', replacementOf(1, 'v')), 'stored');
    assert.equal(await one.prolong('k', { ticket: 1, ttlMs: 1000, staleForMs: 0 }), 'stored');
    assert.equal(await textAt(one, 'k'), 'v');
  }),

  storeCase('compares tickets as numbers, of any size', async ({ one }) => {
    for (const ticket of [9, 10, 2 ** 40, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER]) {
      await put(one, 'k', ticket, String(ticket));
      assert.equal((await wholeOf(one, 'k', 'value')).ticket, ticket);
      assert.equal(await one.begin('k', ticket - 1), undefined);
    }
    for (const ticket of [0, -1, 1.5, Number.NaN, 2 ** 53]) await assert.rejects(one.begin('k', ticket), RangeError);
  }),

  storeCase('tells a load that begins what there is, and readers meanwhile the same', async ({ one, other }) => {
    await put(one, 'k', 1, 'v', { validator: '"etag ä"' });
    const begun = await other.begin('k', 2);
    const { content, ...freshness } = await wholeOf(one, 'k', 'value');
    assert.deepEqual(content, valueOf('v'));
    for (const { ticket, size, validator, ageMs, freshForMs } of [freshness, begun!.present!]) {
      assert.deepEqual([ticket, size, validator], [1, 1, '"etag ä"']);
      assert.ok(ageMs >= 0 && ageMs < 30_000, `an age of ${ageMs}`);
      assert.ok(freshForMs > 30_000 && freshForMs <= 60_000, `fresh for ${freshForMs}`);
    }
  }),

  storeCase('forgets a removed entry, and refuses what was loaded before', async ({ one, other }) => {
    await put(one, 'k', 1, 'old');
    await one.begin('k', 2);
    await other.invalidate('k', 'remove');
    assert.equal(await textAt(one, 'k'), undefined);
    assert.equal(await one.replace('k', replacementOf(2, 'old')), 'superseded');
    assert.equal(await textAt(one, 'k'), undefined);
    assert.equal(await one.begin('k', 2), undefined);
    await put(other, 'k', 3, 'new');
    assert.equal(await textAt(one, 'k'), 'new');
    await other.invalidate('nothing', 'remove');
    await put(other, 'empty', 1, '');
    await other.invalidate('empty', 'remove');
    assert.equal(await textAt(one, 'empty'), undefined);
  }),

  storeCase('serves an expired entry as stale, and refuses what was loaded before', async ({ one, other }) => {
    await put(one, 'k', 1, 'old');
    await one.begin('k', 2);
    await other.invalidate('k', 'expire');
    const stale = await wholeOf(one, 'k', 'value');
    assert.ok(stale.freshForMs <= 0, `fresh for ${stale.freshForMs}`);
    assert.deepEqual(stale.content, valueOf('old'));
    assert.equal(await one.replace('k', replacementOf(2, 'late')), 'superseded');
    assert.equal(await one.prolong('k', { ticket: 2, ttlMs: HOUR, staleForMs: 0 }), 'superseded');
    assert.ok((await other.begin('k', 3))!.present!.freshForMs <= 0, 'a load is told that it is fresh');
    assert.equal(await other.prolong('k', { ticket: 3, ttlMs: HOUR, staleForMs: 0 }), 'stored');
    assert.ok((await wholeOf(one, 'k', 'value')).freshForMs > 0, 'it remains stale');
    await other.invalidate('nothing', 'expire');
    assert.equal(await textAt(one, 'nothing'), undefined);
  }),

  storeCase('is fresh for its time, then stale for its time, then gone', async ({ one, other, pass }) => {
    await put(one, 'empty', 1, '', { ttlMs: 300, staleForMs: 2000 });
    await put(one, 'k', 1, 'v', { ttlMs: 300, staleForMs: 2200 });
    assert.ok((await wholeOf(other, 'k', 'value')).freshForMs <= 300, 'fresh for longer than it may be');
    await pass(400);
    assert.ok((await wholeOf(other, 'k', 'value')).freshForMs <= 0, 'fresh after its time');
    await pass(2200);
    assert.equal(await textAt(other, 'empty'), undefined);
    assert.equal(await textAt(other, 'k'), undefined);
    assert.deepEqual(await other.begin('k', 2), { present: undefined });
    assert.equal(await other.prolong('k', { ticket: 2, ttlMs: 1000, staleForMs: 0 }), 'superseded');
  }),

  storeCase('counts age and freshness from when the load began', async ({ one, other, pass }) => {
    await one.begin('k', 1);
    await pass(400);
    assert.equal(await one.replace('k', replacementOf(1, 'v')), 'stored');
    const { ageMs, freshForMs } = await wholeOf(other, 'k', 'value');
    assert.ok(ageMs >= 400 && freshForMs <= 59_600, `an age of ${ageMs}, fresh for ${freshForMs}`);
    await one.begin('k', 2);
    await pass(300);
    assert.equal(await one.replace('k', replacementOf(2, 'too late', { ttlMs: 100, staleForMs: 100 })), 'stored');
    assert.equal(await textAt(other, 'k'), undefined);
  }),

  storeCase('prolongs what is there, with its validator or a new one', async ({ one, other, pass }) => {
    await put(one, 'k', 1, 'v', { ttlMs: 200, staleForMs: 60_000, validator: 'a' });
    await pass(300);
    await one.begin('k', 2);
    assert.equal(await one.prolong('k', { ticket: 2, ttlMs: 60_000, staleForMs: 60_000 }), 'stored');
    const entry = await wholeOf(other, 'k', 'value');
    assert.deepEqual([entry.content, entry.ticket, entry.validator], [valueOf('v'), 2, 'a']);
    assert.ok(entry.freshForMs > 30_000 && entry.ageMs < 30_000, `fresh for ${entry.freshForMs}`);
    await one.begin('k', 3);
    assert.equal(await one.prolong('k', { ticket: 3, ttlMs: 60_000, staleForMs: 0, validator: 'b' }), 'stored');
    assert.equal((await wholeOf(other, 'k', 'value')).validator, 'b');
    await put(one, 'k', 4, 'w');
    assert.equal((await wholeOf(other, 'k', 'value')).validator, undefined);
  }),

  storeCase('refuses times and validators that are none', async ({ one }) => {
    await one.begin('k', 1);
    for (const over of [{ ttlMs: 0 }, { ttlMs: Number.NaN }, { staleForMs: -1 }, { staleForMs: Infinity }]) {
      await assert.rejects(one.replace('k', replacementOf(1, 'v', over)), RangeError);
    }
    await rejectsWith(one.replace('k', replacementOf(1, 'v', { validator: '\udfff' })), 'ERR_REFRESH_CONTENT');
  }),

  storeCase('rejects with the reason of a signal, and after it was closed', async ({ one }) => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(one.read('k', 'value', { kind: 'whole' }, { signal }), reason);
    await assert.rejects(one.replace('k', replacementOf(1, 'v'), { signal }), reason);
    await one.close();
    await one.close();
    await rejectsWith(one.begin('k', 1), 'ERR_REFRESH_CLOSED');
    await rejectsWith(one.read('k', 'value', { kind: 'whole' }), 'ERR_REFRESH_CLOSED');
  }),

  storeCase('holds nothing older than the last invalidation, whatever loads race with it', race),
];

/** The source counts up; who invalidates has counted up before. */
async function race({ one, other }: { readonly one: EntryStore; readonly other: EntryStore }): Promise<void> {
  let stored = 0;
  const trial = async (key: string): Promise<string | undefined> => {
    let version = 0;
    let tickets = 0;
    const load = async (store: EntryStore): Promise<void> => {
      const ticket = ++tickets;
      if ((await store.begin(key, ticket)) === undefined) return;
      const seen = version;
      await turns();
      if ((await store.replace(key, replacementOf(ticket, String(seen)))) === 'stored') stored++;
    };
    const write = async (store: EntryStore): Promise<void> => {
      await turns();
      version = 1;
      await store.invalidate(key, 'remove');
    };
    await Promise.all([load(one), write(other), load(other), load(one)]);
    return textAt(one, key);
  };
  for (let round = 0; round < 8; round++) {
    const texts = await Promise.all(Array.from({ length: 50 }, (_, index) => trial(`race:${round}:${index}`)));
    assert.deepEqual(
      texts.filter((text) => text === '0'),
      [],
    );
  }
  assert.ok(stored > 50, `only ${stored} loads were stored: the race did not take place`);
}

async function turns(): Promise<void> {
  for (let left = Math.floor(Math.random() * 6); left > 0; left--) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
}
