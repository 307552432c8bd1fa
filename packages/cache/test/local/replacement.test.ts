import { describe, expect, it } from 'vitest';

import { createLocalStore, type LocalStore } from '../../src/local/local-store.ts';

function fullStore(): LocalStore<number> {
  const store = createLocalStore<number>({ maxEntries: 10 });
  for (let i = 0; i < 10; i++) store.set(`${i}`, i, 100);
  return store;
}

function scan(store: LocalStore<number>, count: number): void {
  for (let i = 0; i < count; i++) store.set(`scanned ${i}`, i, 100);
}

describe('replacement', () => {
  it.each([
    ['read while fresh', (store: LocalStore<number>): unknown => store.getFresh('3', 0)],
    ['read while stale', (store: LocalStore<number>): unknown => store.get('3')],
    ['set again', (store: LocalStore<number>): unknown => store.set('3', 33, 100)],
  ])('spares an entry that was %s, however many others come', (_, use) => {
    const store = fullStore();
    use(store);
    scan(store, 1000);
    expect(store.untilOf('3')).toBe(100);
    expect(store.untilOf('4')).toBe(-Infinity);
  });

  it('does not take a look at the moment or the meta for a use', () => {
    const store = fullStore();
    store.untilOf('3');
    store.metaOf('3');
    store.setUntil('3', 200);
    store.getFresh('3', 300);
    scan(store, 10);
    expect(store.untilOf('3')).toBe(-Infinity);
  });

  it('keeps an id that comes back soon after it was pushed out', () => {
    const store = fullStore();
    scan(store, 3);
    expect(store.untilOf('0')).toBe(-Infinity);
    store.set('0', 0, 100);
    scan(store, 1000);
    expect(store.untilOf('0')).toBe(100);
  });

  it('lets go of what was used once and is not used any more', () => {
    const store = fullStore();
    for (const id of store.keys()) store.get(id);
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 10; i++) {
        store.set(`new ${i}`, i, 100);
        store.get(`new ${i}`);
      }
    }
    expect(store.untilOf('3')).toBe(-Infinity);
  });
});
