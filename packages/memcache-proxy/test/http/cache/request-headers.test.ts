import { describe, expect, it } from 'vitest';

import { acceptsEncoding } from '../../../src/http/cache/accept-encoding.ts';
import { parseByteRange } from '../../../src/http/cache/byte-range.ts';
import { parseCacheControl } from '../../../src/http/cache/cache-control.ts';
import { matchesWeakly, parseEntityTags, toVersions } from '../../../src/http/cache/entity-tag.ts';

describe('acceptsEncoding', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['GZIP', true],
    ['x-gzip', true],
    ['br, gzip;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; Q=0.000', false],
    ['gzip;q=0.001', true],
    ['*', true],
    ['*;q=0', false],
    ['gzip;q=0, *', false],
    ['*, gzip;q=0', false],
    ['*;q=0, gzip', true],
    ['identity', false],
    ['gzipped', false],
  ])('says of %j: %s', (header, expected) => {
    expect(acceptsEncoding(header, 'gzip')).toBe(expected);
  });
});

describe('parseByteRange', () => {
  it.each([
    ['bytes=0-3', { start: 0, end: 4 }],
    ['bytes=4-', { start: 4, end: 10 }],
    ['bytes=-3', { start: 7, end: 10 }],
    ['bytes=-30', { start: 0, end: 10 }],
    ['bytes=9-100', { start: 9, end: 10 }],
    ['Bytes=0-0', { start: 0, end: 1 }],
    ['bytes=10-', 'none'],
    ['bytes=-0', 'none'],
    ['bytes=4-3', 'all'],
    ['bytes=0-1,3-4', 'all'],
    ['lines=0-1', 'all'],
    ['bytes=-', 'all'],
    ['bytes=a-b', 'all'],
    ['bytes=0-9999999999999999', 'all'],
  ])('reads %s of 10 bytes as %j', (header, expected) => {
    expect(parseByteRange(header, 10)).toEqual(expected);
  });

  it('finds nothing in an empty body', () => {
    expect([parseByteRange('bytes=0-', 0), parseByteRange('bytes=-1', 0)]).toEqual(['none', 'none']);
  });
});

describe('parseEntityTags', () => {
  it('reads lists, weak tags and the star', () => {
    expect(parseEntityTags('If-Match', ' * ')).toBe('*');
    expect(parseEntityTags('If-Match', '"1" ,, W/"2","a,b"')).toEqual([
      { isWeak: false, opaque: '1' },
      { isWeak: true, opaque: '2' },
      { isWeak: false, opaque: 'a,b' },
    ]);
  });

  it.each(['', '1', '"1', '"1" "2"', 'w/"1"', '*, "1"', '"a"b"'])('refuses %j', (header) => {
    const code = 'ERR_MEMCACHE_PROXY_BAD_CONDITION';
    expect(() => parseEntityTags('If-Match', header)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('takes strong tags of all representations for versions, and no others', () => {
    const header =
      '"5-1f", "6-1f-i", "7", W/"8-1f", "x", "18446744073709551615", "18446744073709551616", "0", "9-", "9-G"';
    expect(toVersions(parseEntityTags('If-Match', header) as never)).toEqual([
      { cas: 5n, checksum: '1f' },
      { cas: 6n, checksum: '1f' },
      { cas: 7n, checksum: undefined },
      { cas: 18_446_744_073_709_551_615n, checksum: undefined },
    ]);
  });

  it('compares weakly by what stands between the quotes', () => {
    expect(matchesWeakly(parseEntityTags('If-None-Match', 'W/"5"'), '"5"')).toBe(true);
    expect(matchesWeakly(parseEntityTags('If-None-Match', '"5-i", "55"'), '"5"')).toBe(false);
  });

  it('takes no more than moments for a long header', () => {
    const header = `${'"1" '.repeat(4000)}x`;
    expect(() => parseEntityTags('If-Match', header)).toThrow('If-Match must be');
  });
});

describe('parseCacheControl', () => {
  it('reads directives with and without arguments', () => {
    const directives = parseCacheControl('Public, max-age = 60,stale-while-revalidate="30",,');
    expect([...directives]).toEqual([
      ['public', ''],
      ['max-age', '60'],
      ['stale-while-revalidate', '30'],
    ]);
    expect(parseCacheControl(undefined).size).toBe(0);
  });
});
