import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { createLocalStore, type LocalStore } from '../../src/local/local-store.ts';

function storeOf(maxEntries: number): LocalStore<unknown, string> {
  return createLocalStore<unknown, string>({ maxEntries });
}

describe('a local store', () => {
  it('answers with what it was given until its moment comes', () => {
    const store = storeOf(10);
    store.set('a', 'value', 100);
    expect(store.getFresh('a', 99.9)).toBe('value');
    expect(store.getFresh('a', 100)).toBeUndefined();
    expect(store.get('a')).toBe('value');
    expect(store.getFresh('b', 0)).toBeUndefined();
    expect(store.get('b')).toBeUndefined();
  });

  it('serves nothing at the moment Infinity, nor at one that is not a number', () => {
    const store = storeOf(10);
    store.set('a', 'value', Infinity);
    expect(store.getFresh('a', Number.MAX_VALUE)).toBe('value');
    expect(store.getFresh('a', Infinity)).toBeUndefined();
    expect(store.getFresh('a', Number.NaN)).toBeUndefined();
  });

  it.each([null, 0, false, '', Number.NaN, 1.5])('keeps %s', (value) => {
    const store = storeOf(10);
    store.set('a', value, 100);
    expect(store.getFresh('a', 0)).toBe(value);
  });

  it('refuses undefined', () => {
    const store = storeOf(10);
    expect(() => store.set('a', undefined, 100)).toThrow('undefined is no value');
    expect(store.size).toBe(0);
  });

  it('puts a value in the place of the one before, with its moment and its meta', () => {
    const store = storeOf(10);
    store.set('a', 1, 100, 'first');
    store.set('a', 2, 200);
    expect(store.getFresh('a', 150)).toBe(2);
    expect(store.metaOf('a')).toBeUndefined();
    expect(store.untilOf('a')).toBe(200);
    expect(store.size).toBe(1);
  });

  it('moves the moment of an entry, and says whether there is one', () => {
    const store = storeOf(10);
    store.set('a', 1, 100, 'meta');
    expect(store.setUntil('a', 300)).toBe(true);
    expect(store.getFresh('a', 250)).toBe(1);
    expect(store.metaOf('a')).toBe('meta');
    expect(store.setUntil('b', 300)).toBe(false);
    expect(store.untilOf('b')).toBe(-Infinity);
    expect(store.metaOf('b')).toBeUndefined();
  });

  it('forgets what is deleted, and everything when it is cleared', () => {
    const store = storeOf(10);
    for (const id of ['a', 'b', 'c']) store.set(id, id, 100);
    expect(store.delete('b')).toBe(true);
    expect(store.delete('b')).toBe(false);
    expect([...store.keys()]).toEqual(['a', 'c']);
    store.clear();
    expect(store.size).toBe(0);
    expect(store.get('a')).toBeUndefined();
    store.set('a', 'again', 100);
    expect(store.get('a')).toBe('again');
  });

  it('holds no reference to a value that is gone', async () => {
    const store = storeOf(10);
    const gone: WeakRef<object>[] = [];
    const keep = (id: string): void => {
      const value = { id };
      gone.push(new WeakRef(value));
      store.set(id, value, 100);
    };
    keep('deleted');
    keep('overwritten');
    store.delete('deleted');
    store.set('overwritten', 1, 100);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    await expect
      .poll(() => {
        collect();
        return gone.filter((each) => each.deref() !== undefined).length;
      })
      .toBe(0);
  });

  it('may change while its ids are read', () => {
    const store = storeOf(10);
    for (const id of ['a', 'b', 'c']) store.set(id, id, 100);
    const seen: string[] = [];
    for (const id of store.keys()) {
      seen.push(id);
      store.delete(id);
      if (seen.length === 2) store.set('d', 'd', 100);
    }
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    expect(store.size).toBe(0);
  });

  it('takes ids of any length and content', () => {
    const store = storeOf(4);
    const ids = ['', '\0', '\ud800', '__proto__', 'x'.repeat(1_000_000), `${'x'.repeat(999_999)}y`];
    for (const id of ids) {
      store.set(id, id.length, 100);
      expect(store.getFresh(id, 0)).toBe(id.length);
    }
    expect(store.size).toBe(4);
  });

  it('grows to its bound and not beyond', () => {
    const store = storeOf(1000);
    for (let i = 0; i < 5000; i++) store.set(`id ${i}`, i, 100);
    expect(store.size).toBe(1000);
    const held = [...store.keys()];
    expect(held.map((id) => store.getFresh(id, 0))).toEqual(held.map((id) => Number(id.slice(3))));
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity, 2 ** 24 + 1])('refuses %s entries', (maxEntries) => {
    expect(() => storeOf(maxEntries)).toThrow('maxEntries must be a whole number from 1 to 16777216');
  });
});
