import { describe, expect, it } from 'vitest';

import { createLocalRoom } from '../../src/local/local-room.ts';

describe('stores of one room', () => {
  it('have ids of their own', () => {
    const room = createLocalRoom({ maxEntries: 10 });
    const users = room.region<string>();
    const orders = room.region<string>();
    users.set('1', 'user', 100);
    orders.set('1', 'order', 100);
    expect([users.get('1'), orders.get('1')]).toEqual(['user', 'order']);
    users.delete('1');
    expect([users.get('1'), orders.get('1')]).toEqual([undefined, 'order']);
    expect([room.size, users.size, orders.size]).toEqual([1, 0, 1]);
  });

  it('share the bound: who is used least makes way, whichever store it is in', () => {
    const room = createLocalRoom({ maxEntries: 10 });
    const used = room.region<number>();
    const unused = room.region<number>();
    for (let i = 0; i < 5; i++) {
      used.set(`${i}`, i, 100);
      unused.set(`${i}`, i, 100);
    }
    for (const id of used.keys()) used.get(id);
    for (let i = 5; i < 10; i++) unused.set(`${i}`, i, 100);
    expect(used.size).toBe(5);
    expect([...unused.keys()]).toEqual(['5', '6', '7', '8', '9']);
    expect(room.size).toBe(10);
  });

  it('are cleared one at a time', () => {
    const room = createLocalRoom({ maxEntries: 10 });
    const users = room.region<number>();
    const orders = room.region<number>();
    for (const id of ['a', 'b', 'c']) {
      users.set(id, 1, 100);
      orders.set(id, 2, 100);
    }
    users.clear();
    expect([users.size, orders.size, room.size]).toEqual([0, 3, 3]);
    expect(orders.get('b')).toBe(2);
  });

  it('are emptied together, and can be filled again', () => {
    const room = createLocalRoom({ maxEntries: 10, maxWeight: 100 });
    const users = room.region<number>();
    const orders = room.region<number>();
    users.set('a', 1, 100, undefined, 5);
    orders.set('a', 2, 100, undefined, 5);
    room.empty();
    expect([users.size, orders.size, room.size, room.weight]).toEqual([0, 0, 0, 0]);
    expect([users.get('a'), orders.getFresh('a', 0)]).toEqual([undefined, undefined]);
    users.set('b', 3, 100);
    expect(users.get('b')).toBe(3);
  });

  it('hear each of what was pushed out of themselves, and of nothing else', () => {
    const room = createLocalRoom({ maxEntries: 2 });
    const heard: unknown[] = [];
    const users = room.region<number, string>({ onEvict: (...entry) => heard.push(['users', ...entry]) });
    const orders = room.region<number, string>({ onEvict: (...entry) => heard.push(['orders', ...entry]) });
    users.set('a', 1, 100, 'meta');
    users.set('a', 2, 100, 'other');
    users.delete('a');
    users.set('a', 3, 100, 'last');
    orders.set('b', 4, 100);
    orders.set('c', 5, 100);
    expect(heard).toEqual([['users', 'a', 3, 'last']]);
    users.clear();
    room.empty();
    expect(heard).toHaveLength(1);
  });

  it('may be used by whoever hears of that', () => {
    const room = createLocalRoom({ maxEntries: 2 });
    const attic = room.region<number>();
    const store = room.region<number>({
      onEvict(id, value) {
        if (value < 3) attic.set(id, value, 100);
      },
    });
    for (let i = 0; i < 10; i++) store.set(`${i}`, i, 100);
    expect(room.size).toBe(2);
    expect(store.get('9')).toBe(9);
  });
});
