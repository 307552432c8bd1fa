import { describe, expect, it } from 'vitest';

import { defineRefresh } from '../../src/index.ts';

describe('defineRefresh', () => {
  it('fills in what is not said', () => {
    expect(defineRefresh('coupons', { ttlMs: 1000 })).toMatchObject({
      shape: 'value',
      refreshBelowMs: 200,
      staleForMs: 10_000,
      settleMs: 200,
      loadTimeoutMs: 10_000,
      single: false,
      whenEmpty: 'store',
      concurrency: 4,
      enabled: true,
    });
  });

  it.each([
    ['the name', 'a:b', {}],
    ['the name', '', {}],
    ['ttlMs', 'a', { ttlMs: 0 }],
    ['ttlMs', 'a', { ttlMs: '5' }],
    ['refreshBelowMs', 'a', { refreshBelowMs: 1001 }],
    ['staleForMs', 'a', { staleForMs: -1 }],
    ['settleMs', 'a', { settleMs: 60_001 }],
    ['loadTimeoutMs', 'a', { loadTimeoutMs: 0 }],
    ['concurrency', 'a', { concurrency: 1.5 }],
    ['maxBytes', 'a', { maxBytes: 0 }],
    ['whenEmpty', 'a', { whenEmpty: 'drop' }],
    ['single', 'a', { single: 1 }],
    ['enabled', 'a', { enabled: 'no' }],
    ['shape', 'a', { shape: 'set' }],
    ['load', 'a', { load: 'x' }],
    ['codec', 'a', { codec: {} }],
    ['primaryKey', 'a', { primaryKey: 'id' }],
    ['primaryKey', 'a', { shape: 'hash', primaryKey: 5 }],
    ['score', 'a', { shape: 'zset' }],
  ])('refuses %s: %j %j', (what, name, options) => {
    expect(() => defineRefresh(name, { ttlMs: 1000, ...options } as never)).toThrow(what);
  });

  const hash = defineRefresh<{ id: unknown }>('h', { shape: 'hash', primaryKey: 'id', ttlMs: 1, maxBytes: 100 });
  const zset = defineRefresh<{ score: unknown }>('z', { shape: 'zset', score: 'score', ttlMs: 1 });

  it.each([
    ['no array', hash, 'text'],
    ['a key twice, once as a number', hash, [{ id: 1 }, { id: '1' }]],
    ['no key', hash, [{}]],
    ['a key that is inherited', hash, [Object.create({ id: 'x' })]],
    ['an empty key', hash, [{ id: '' }]],
    ['half a surrogate pair', hash, [{ id: '\uD800' }]],
    ['too much', hash, [{ id: 'a', more: 'x'.repeat(100) }]],
    ['no element', hash, new Map([['a', undefined]])],
    ['an infinite score', zset, [{ score: Infinity }]],
    ['no score', zset, [{}]],
    ['a score that is text', zset, [{ score: '1' }]],
    ['an element twice', zset, [{ score: 1 }, { score: 1 }]],
    ['a circle', defineRefresh('v', { ttlMs: 1 }), circle()],
    ['a function', defineRefresh('v', { ttlMs: 1 }), () => 1],
  ])('takes no garbage: %s', (_what, definition, data) => {
    expect(() => definition.encode(data)).toThrow(expect.objectContaining({ code: 'ERR_REFRESH_CONTENT' }) as Error);
  });

  it('takes elements as an array or as a Map', () => {
    const one = hash.encode([{ id: 7 }]);
    expect(hash.decode(one)).toEqual(new Map([['7', { id: 7 }]]));
    expect(hash.encode(new Map([['7', { id: 7 }]]))).toEqual(one);
  });

  it('does not read one shape as another', () => {
    expect(() => hash.decode({ shape: 'list', elements: [] })).toThrow('a list in place of a hash');
  });
});

function circle(): object {
  const made: { self?: object } = {};
  made.self = made;
  return made;
}
