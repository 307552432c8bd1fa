import { describe, expect, expectTypeOf, it } from 'vitest';

import { cached } from '../src/index.ts';
import type { decoratedUsers } from './decorated-users.ts';
import { openCache } from './open-cache.ts';

describe('cached', () => {
  it('wraps a function, by its arguments', async () => {
    await using open = await openCache();
    let calls = 0;
    const add = cached(open.cache, 'add', { ttlMs: 1000, tags: (sum: number) => [`sum:${sum}`] })(async (
      a: number,
      b: number,
    ) => {
      calls++;
      return a + b;
    });
    expectTypeOf(add).parameters.toEqualTypeOf<[number, number]>();
    expectTypeOf(add).returns.resolves.toBeNumber();
    expect([await add(1, 2), await add(1, 2), await add(2, 1)]).toEqual([3, 3, 3]);
    expect(calls).toBe(2);
    await add.invalidate(1, 2);
    await add(1, 2);
    expect(calls).toBe(3);
    await open.cache.invalidateTags('sum:3');
    await add(2, 1);
    expect(calls).toBe(4);
  });

  it('decorates a method, which keeps its this', async () => {
    await using open = await openCache();
    class Users {
      calls = 0;
      async find(id: string): Promise<string> {
        this.calls++;
        return `user ${id}`;
      }
    }
    // What `@cached(…)` above the method does; the tests' compiler leaves decorators to the engine, which has none.
    const context = { kind: 'method', name: 'find' } as ClassMethodDecoratorContext;
    const find: (this: Users, id: string) => Promise<string> = Reflect.get(Users.prototype, 'find');
    Users.prototype.find = cached(open.cache, 'user', { ttlMs: 1000 })(find, context);
    const users = new Users();
    expect([await users.find('1'), await users.find('1')]).toEqual(['user 1', 'user 1']);
    expect(users.calls).toBe(1);
    type Find = InstanceType<ReturnType<typeof decoratedUsers>>['find'];
    expectTypeOf<Find>().toEqualTypeOf<(id: string) => Promise<{ id: string }>>();
  });

  it('tells arguments apart, and refuses what has no text of its own', async () => {
    await using open = await openCache();
    const type = cached(open.cache, 'type', { ttlMs: 1000 })((...args: unknown[]) =>
      args.map((arg) => typeof arg).join(),
    );
    expect(await Promise.all([type('1'), type(1), type(true), type(null), type('1', 1), type()])).toEqual([
      'string',
      'number',
      'boolean',
      'object',
      'string,number',
      '',
    ]);
    const [wide, narrow] = [await type('u1', 'en'), await type('["u1","en"]')];
    expect([wide, narrow]).toEqual(['string,string', 'string']);
    await expect(type({})).rejects.toThrow('need keyOf');
    await expect(type(Number.NaN)).rejects.toThrow('need keyOf');
    const keyed = cached(open.cache, 'keyed', { ttlMs: 1000, keyOf: (user: { id: string }) => user.id })(
      async (user: { id: string }) => user.id,
    );
    expect(await keyed({ id: 'x' })).toBe('x');
  });
});
