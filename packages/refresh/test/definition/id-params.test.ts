import { describe, expect, it } from 'vitest';

import { createIdParams } from '../../src/index.ts';

describe('the parameters of an id', () => {
  it('are the id itself where it is one parameter and the source has no other ids', () => {
    const ids = createIdParams('coupons', ['coupons:{city}', 'coupons:{city}', 'prices:{day}:{city}']);
    expect([ids.isPlain, ids.read('köln: 100% a/b')]).toEqual([true, { city: 'köln: 100% a/b' }]);
  });

  it.each([
    ['coupons:{shop}:{city}', 'a%3Ab:k%C3%B6ln', { shop: 'a:b', city: 'köln' }],
    ['coupons:{shop}:{city}', 'a:', { shop: 'a', city: '' }],
    ['coupons:of-{shop}-x:{city}.y', 'of-q-x-x:b.y.y', { shop: 'q-x', city: 'b.y' }],
    ['coupons:on:{day}', 'on:1%2F2', { day: '1/2' }],
    [
      'coupons:{__proto__}:{a}',
      'x:y',
      Object.fromEntries([
        ['__proto__', 'x'],
        ['a', 'y'],
      ]),
    ],
  ])('of %s are those of %s, decoded', (pattern, id, params) => {
    const ids = createIdParams('coupons', [pattern]);
    expect(ids.isPlain).toBe(false);
    expect(ids.read(id)).toEqual(params);
  });

  it('are read by the pattern that the id has', () => {
    const ids = createIdParams('coupons', ['coupons:{city}', 'coupons:{shop}:{city}', 'coupons']);
    expect(ids.isPlain).toBe(false);
    expect(ids.read('a%3Ab')).toEqual({ city: 'a:b' });
    expect(ids.read('a:b')).toEqual({ shop: 'a', city: 'b' });
    for (const id of ['a:b:c', 'a%', 'a b']) expect(ids.read(id)).toBeUndefined();
    expect(createIdParams('coupons', ['coupons']).read('a')).toBeUndefined();
  });
});
