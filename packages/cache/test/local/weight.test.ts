import { describe, expect, it } from 'vitest';

import { createLocalRoom } from '../../src/local/local-room.ts';

describe('a room whose weight is bounded', () => {
  it('lets others make way for a heavy newcomer', () => {
    const room = createLocalRoom({ maxEntries: 100, maxWeight: 10 });
    const store = room.region<number>();
    for (const id of ['a', 'b', 'c']) store.set(id, 1, 100, undefined, 3);
    expect(store.set('d', 1, 100, undefined, 7)).toBe(true);
    expect([...store.keys()]).toEqual(['c', 'd']);
    expect(room.weight).toBe(10);
  });

  it('does not keep what is heavier than all of it, nor the value before', () => {
    const room = createLocalRoom({ maxEntries: 100, maxWeight: 10 });
    const store = room.region<number>();
    store.set('a', 1, 100, undefined, 3);
    store.set('b', 1, 100, undefined, 3);
    expect(store.set('a', 2, 100, undefined, 11)).toBe(false);
    expect([...store.keys()]).toEqual(['b']);
    expect(room.weight).toBe(3);
  });

  it('keeps an entry that grows, and lets all others make way for it', () => {
    const room = createLocalRoom({ maxEntries: 100, maxWeight: 10 });
    const store = room.region<number>();
    for (const id of ['a', 'b', 'c']) store.set(id, 1, 100, undefined, 3);
    expect(store.set('a', 2, 100, undefined, 10)).toBe(true);
    expect([...store.keys()]).toEqual(['a']);
    expect(store.get('a')).toBe(2);
    expect(room.weight).toBe(10);
    store.set('a', 3, 100, undefined, 1);
    expect(room.weight).toBe(1);
  });

  it('does not push out the entry that grows, though all others were used after it', () => {
    const room = createLocalRoom({ maxEntries: 100, maxWeight: 10 });
    const store = room.region<number>();
    for (const id of ['a', 'b', 'c']) store.set(id, 1, 100, undefined, 3);
    for (const id of ['b', 'c']) store.get(id);
    store.set('a', 2, 100, undefined, 6);
    expect(store.get('a')).toBe(2);
    expect(store.size).toBe(2);
    expect(room.weight).toBe(9);
  });

  it('weighs nothing when it is empty, though fractions do not add up', () => {
    const room = createLocalRoom({ maxEntries: 100, maxWeight: 0.8 });
    const store = room.region<number>();
    store.set('a', 1, 100, undefined, 0.1);
    store.set('b', 1, 100, undefined, 0.2);
    for (const id of store.keys()) store.delete(id);
    expect(0.1 + 0.2 - 0.1 - 0.2).not.toBe(0);
    expect(room.weight).toBe(0);
  });

  it('keeps what weighs as much as the room, though fractions add up to more', () => {
    const room = createLocalRoom({ maxEntries: 100, maxWeight: 0.8 });
    const store = room.region<number>();
    store.set('a', 1, 100, undefined, 0.1);
    store.set('b', 1, 100, undefined, 0.2);
    store.delete('a');
    expect(store.set('b', 2, 100, undefined, 0.8)).toBe(true);
    expect(store.get('b')).toBe(2);
    expect(store.set('c', 3, 100, undefined, 0.8)).toBe(true);
    expect([...store.keys()]).toEqual(['c']);
  });

  it.each([-1, Number.NaN])('refuses the weight %s', (weight) => {
    const store = createLocalRoom({ maxEntries: 1, maxWeight: 10 }).region<number>();
    expect(() => store.set('a', 1, 100, undefined, weight)).toThrow('a weight must be 0 or more');
    expect(store.size).toBe(0);
  });

  it.each([0, -1, Number.NaN])('refuses the bound %s', (maxWeight) => {
    expect(() => createLocalRoom({ maxEntries: 1, maxWeight })).toThrow('maxWeight must be more than 0');
  });
});
