import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { percentDecode } from '../../../src/http/cache/percent-decode.ts';
import { rewriteCacheUrl } from '../../../src/index.ts';

const escape = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

describe('percentDecode', () => {
  it('gives back any bytes that were percent-encoded', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(percentDecode(escape(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('takes other characters as bytes', () => {
    expect(percentDecode('aÿ+')).toEqual(Buffer.from([0x61, 0xff, 0x2b]));
    expect(percentDecode('a+b', true)).toEqual(Buffer.from('a b'));
  });

  it.each(['%', '%4', 'a%zz', '%4g', '%%41'])('is undefined for %s', (text) => {
    expect(percentDecode(text)).toBeUndefined();
  });
});

describe('rewriteCacheUrl', () => {
  it.each(['/v1/cache/k?ttl=1', '/v1/cache/%C3%BC', '/%F0%9F%94%91%2F%25', '/a%4'])('leaves %s alone', (url) => {
    expect(rewriteCacheUrl({ url })).toBe(url);
  });

  it('makes every URL one that decodeURI takes, and only replaces what is no UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
        const shown = decodeURIComponent(rewriteCacheUrl({ url: `/${escape(bytes)}` }));
        const text = Buffer.from(bytes).toString('utf8');
        const isText = Buffer.from(text).equals(bytes);
        expect(isText ? shown : shown.includes('\u{FFFD}')).toBe(isText ? `/${text}` : true);
      }),
      { numRuns: 2000 },
    );
  });
});
