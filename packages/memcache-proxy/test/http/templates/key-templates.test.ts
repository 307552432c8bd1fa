import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { KeyMemo } from '../../../src/http/templates/key-memo.ts';
import { type KeyParam, KeyTemplates } from '../../../src/index.ts';

const coupons = { url: '/coupons?city=:city&page=:page', key: 'coupons:{city}:{page}' };
const params: Record<string, KeyParam> = {
  city: { lowercase: true, allow: ['berlin', 'köln', 'a:b'] },
  page: { default: '1', integer: true, min: 1, max: 99 },
};
const templates = new KeyTemplates([
  { ...coupons, params },
  { url: '/shops/:shop/items/:item', key: 'item:{shop}:{item}' },
  { url: '/shops/best/items/:item', key: 'best:{item}' },
  {
    url: '/tags?t=:tags',
    key: 'tags:{tags}',
    params: { tags: { list: true, lowercase: true } },
    unknownParams: 'refuse',
  },
  {
    url: '/sorts?by=:by&all=:all',
    key: 'sorts:{by}:{all}',
    params: { by: { list: true, default: 'price, Age,,price', lowercase: true }, all: { list: true, default: '' } },
  },
  { url: '/read/:x', key: 'read:{x}', unknownParams: 'refuse', readerParams: ['part'] },
]);
const keyOf = (url: string): string | undefined => templates.match(url)?.key;

describe('KeyTemplates', () => {
  it.each([
    ['/coupons?city=berlin&page=2', 'coupons:berlin:2'],
    ['/coupons?page=2&city=berlin', 'coupons:berlin:2'],
    ['/coupons?city=%20Berlin+&page=002', 'coupons:berlin:2'],
    ['/coupons?city=BERLIN', 'coupons:berlin:1'],
    ['/coupons?city=berlin&page=', 'coupons:berlin:1'],
    ['/coupons?city=berlin&utm_source=x#top', 'coupons:berlin:1'],
    ['/coupons?city=K%C3%96LN', 'coupons:k%C3%B6ln:1'],
    ['/coupons?city=a:b', 'coupons:a%3Ab:1'],
    ['/shops/7/items/a%2Fb', 'item:7:a%2Fb'],
    ['/shops/7/items/%7Bx%7D:*', 'item:7:%7Bx%7D%3A%2A'],
    ['/shops/best/items/1', 'best:1'],
    ['/tags?t=b,A&t=c,a', 'tags:a%2Cb%2Cc'],
    ['/sorts?by=price,Age&all=x', 'sorts:age%2Cprice:x'],
    ['/sorts', 'sorts:age%2Cprice:'],
    ['/read/1?part=2', 'read:1'],
  ])('makes of %s the key %s', (url, key) => {
    expect([keyOf(url), keyOf(url)]).toEqual([key, key]);
  });

  it.each([
    ['/coupons', 'the parameter "city" is missing'],
    ['/coupons?city=', 'the parameter "city" is missing'],
    ['/coupons?city=paris', 'the parameter "city" must be one of berlin, köln, a:b'],
    ['/coupons?city=berlin&city=berlin', 'the parameter "city" is given 2 times'],
    ['/coupons?city=berlin&page=0', 'the parameter "page" must be a whole number from 1 to 99'],
    ['/coupons?city=berlin&page=1e1', 'the parameter "page" must be a whole number'],
    [`/coupons?city=${'x'.repeat(101)}`, 'the parameter "city" must have at most 100 characters'],
    ['/tags?t=a&x=1', 'there is no parameter "x"'],
    ['/read/1?party=2', 'there is no parameter "party"'],
    ['/tags?t=,', 'the parameter "tags" is missing'],
    ['/shops/%ff/items/1', 'the path is not percent-encoded UTF-8'],
  ])('refuses %s', (url, message) => {
    const code = 'ERR_MEMCACHE_PROXY_BAD_PARAMETER';
    expect(() => keyOf(url)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it.each(['/', '/coupon', '/coupons/', '/shops/7', '/shops/7/items/1/x'])('has no template for %s', (url) => {
    expect(keyOf(url)).toBeUndefined();
  });

  it('never makes one key of different values', () => {
    const value = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom('a', ':', '{', '}', '%', '3', 'A', 'é', '~', '/'),
    });
    const url = (shop: string, item: string): string =>
      `/shops/${encodeURIComponent(shop)}/items/${encodeURIComponent(item)}`;
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        expect(keyOf(url(a, b)) === keyOf(url(c, d))).toBe(a === c && b === d);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes other templates at once, all or none', () => {
    const changing = new KeyTemplates([coupons]);
    expect(changing.match('/coupons?city=x&page=1')?.key).toBe('coupons:x:1');
    expect(() =>
      changing.replace([
        { url: '/new', key: 'new' },
        { url: 'bad', key: 'bad' },
      ]),
    ).toThrow('template 1 (bad)');
    expect(changing.match('/coupons?city=x&page=1')?.key).toBe('coupons:x:1');
    changing.replace([{ ...coupons, key: 'c2:{city}:{page}' }]);
    expect(changing.match('/coupons?city=x&page=1')?.key).toBe('c2:x:1');
  });
});

describe('KeyMemo', () => {
  it('drops what was not asked for longest, by entries and by bytes', () => {
    const memo = new KeyMemo<number>({ maxEntries: 3, maxBytes: 10_000 });
    for (const [value, name] of ['a', 'b', 'c'].entries()) memo.set(name, value, 10);
    memo.get('a');
    memo.set('d', 3, 10);
    expect(['a', 'b', 'c', 'd'].map((name) => memo.get(name))).toEqual([0, undefined, 2, 3]);
    const small = new KeyMemo<number>({ maxEntries: 1000, maxBytes: 1000 });
    for (let index = 0; index < 500; index++) small.set(`k${index}`, index, 5);
    expect([small.bytes <= 1000, small.size > 90, small.get('k499')]).toEqual([true, true, 499]);
    small.set('x'.repeat(20), 1, 1);
    expect(small.get('x'.repeat(20))).toBeUndefined();
  });

  it('counts an entry once that is set again, and nothing after clear', () => {
    const memo = new KeyMemo<number>({ maxBytes: 10_000 });
    memo.set('a', 1, 9);
    memo.set('a', 2, 19);
    expect([memo.size, memo.bytes, memo.get('a')]).toEqual([1, 20, 2]);
    memo.clear();
    expect([memo.size, memo.bytes]).toEqual([0, 0]);
  });
});
