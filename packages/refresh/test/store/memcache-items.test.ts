import { describe, expect, it } from 'vitest';

import { put, replacementOf, textAt } from '../../src/conformance/store-case.ts';
import type { EntryStore } from '../../src/store/entry-store.ts';
import { formatRecord, type MemcacheRecord, parseRecord, recordAt } from '../../src/store/memcache/memcache-record.ts';
import { createMemcacheStore, type MemcacheStoreOptions } from '../../src/store/memcache/memcache-store.ts';

/** One memcached item, and something that happens once after it was read. */
class OneItem {
  item: { value: Buffer; cas: bigint } | undefined;
  generation = 1;
  afterRead: (() => Promise<unknown>) | undefined;
  #lastCas = 0n;

  store(): EntryStore {
    const write = (value: Buffer): 'stored' => {
      this.item = { value, cas: ++this.#lastCas };
      return 'stored';
    };
    const generation = (): number => this.generation;
    const pool: MemcacheStoreOptions['pool'] = {
      capabilities: { cas: true },
      get generation() {
        return generation();
      },
      read: async () => {
        const found = { cas: 0n, ttlSeconds: 3601, ...this.item };
        const happens = this.afterRead;
        this.afterRead = undefined;
        await happens?.();
        return found;
      },
      add: async (_key, value) => (this.item === undefined ? write(value) : 'not-stored'),
      cas: async (_key, value, cas) => {
        if (this.item === undefined) return 'not-found';
        return this.item.cas === cas ? write(value) : 'exists';
      },
    };
    return createMemcacheStore({ pool });
  }

  /** Another memcached, which numbers from the beginning. */
  restart(): void {
    this.item = undefined;
    this.#lastCas = 0n;
    this.generation++;
  }
}

describe('a store in memcached that reads an item', () => {
  it('does not replace what another has written meanwhile', async () => {
    const one = new OneItem();
    const store = one.store();
    await store.begin('k', 1);
    one.afterRead = () => put(one.store(), 'k', 2, 'new');
    await expect(store.replace('k', replacementOf(1, 'late'))).resolves.toBe('superseded');
    await expect(textAt(store, 'k')).resolves.toBe('new');
  });

  it('does not add what another has added meanwhile', async () => {
    const one = new OneItem();
    const store = one.store();
    one.afterRead = () => put(one.store(), 'k', 2, 'new');
    await expect(store.begin('k', 1)).resolves.toBeUndefined();
    await expect(textAt(store, 'k')).resolves.toBe('new');
  });

  it('does not write by its CAS value to another memcached, which may have given the same', async () => {
    const one = new OneItem();
    const store = one.store();
    await store.begin('k', 1);
    one.afterRead = async () => {
      one.restart();
      await one.store().begin('k', 2);
    };
    await expect(store.replace('k', replacementOf(1, 'late'))).resolves.toBe('superseded');
    await expect(textAt(store, 'k')).resolves.toBeUndefined();
  });
});

describe('a record', () => {
  const value = { ticket: 1, ageMs: 1000, freshForMs: 5000, keptForMs: 20_000, validator: undefined };
  const record: MemcacheRecord = {
    key: 'k',
    writtenAt: 1_000_000,
    ttlSeconds: 100,
    highest: 1,
    ticket: 1,
    begunMs: 0,
    value,
    bytes: Buffer.from('bytes'),
  };

  it('is what was formatted, and nothing else', () => {
    const raw = formatRecord(record);
    expect(parseRecord(raw, 'k')).toEqual(record);
    expect(parseRecord(raw, 'other')).toBeUndefined();
    expect(parseRecord(raw.subarray(0, -1), 'k')).toBeUndefined();
    expect(parseRecord(Buffer.concat([raw, raw]), 'k')).toBeUndefined();
    expect(parseRecord(Buffer.concat([Buffer.from('LOCKSTEP'), raw.subarray(8)]), 'k')).toBeUndefined();
  });

  it.for([
    { clocks: 'agree', now: 1_004_300, left: 96, passed: 4300 },
    { clocks: 'are apart by an hour', now: 4_604_300, left: 96, passed: 5000 },
    { clocks: 'are apart by an hour the other way', now: -2_595_700, left: 96, passed: 3000 },
    { clocks: 'are apart, and nothing has passed', now: 0, left: 100, passed: 0 },
  ])('is older by $passed ms when $left s are left of 100 and the clocks $clocks', ({ now, left, passed }) => {
    const aged = recordAt(record, now, left);
    expect(aged.begunMs).toBe(passed);
    expect(aged.value).toMatchObject({ ageMs: 1000 + passed, freshForMs: 5000 - passed, keptForMs: 20_000 - passed });
  });

  it('has no value when that is not kept any more', () => {
    expect(recordAt(record, 1_020_000, 80)).toMatchObject({ value: undefined, bytes: Buffer.alloc(0), ticket: 1 });
  });
});
