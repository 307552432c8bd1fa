import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CONTENT_TYPES } from '../../../src/http/cache/content-types.ts';
import { createContentFlags } from '../../../src/index.ts';

const flags = createContentFlags({ types: { 48: 'application/vnd.acme+json' } });

describe('createContentFlags', () => {
  it('gives back every type, encoding and window that it has a code for', () => {
    const types = fc.constantFrom(undefined, 'application/vnd.acme+json', ...Object.values(CONTENT_TYPES));
    const encodings = fc.constantFrom(undefined, 'gzip' as const, 'deflate' as const, 'br' as const, 'zstd' as const);
    const windows = fc.constantFrom(0, 1, 5, 10, 30, 60, 3600, 604_800);
    fc.assert(
      fc.property(types, encodings, windows, (contentType, contentEncoding, staleSeconds) => {
        const encoded = flags.encode({ contentType, contentEncoding, staleSeconds });
        const isPlain = contentType === undefined && contentEncoding === undefined && staleSeconds === 0;
        expect(flags.decode(encoded)).toEqual(isPlain ? undefined : { contentType, contentEncoding, staleSeconds });
        expect([encoded & 0xffff, Number.isInteger(encoded), encoded < 2 ** 32]).toEqual([0, true, true]);
      }),
    );
  });

  it('finds the type however it is written, and leaves away what has no code', () => {
    expect(flags.encode({ contentType: 'Application/JSON' })).toBe(flags.encode({ contentType: 'application/json' }));
    expect(flags.decode(flags.encode({ contentType: 'text/plain;charset="UTF-8"' }))?.contentType).toBe(
      'text/plain; charset=utf-8',
    );
    expect(flags.decode(flags.encode({ contentType: 'text/css; charset=utf-8' }))?.contentType).toBe('text/css');
    expect(flags.encode({ contentType: 'text/html; charset=iso-8859-1' })).toBe(0);
    expect(flags.encode({ contentType: 'application/octet-stream' })).toBe(0);
  });

  it('takes no flags of other clients for its own', () => {
    // pylibmc, php-memcached, npm memcached, spymemcached, Enyim, Dalli
    const others = [1, 2, 8, 0x10, 0x30, 0x71, 0x100, 0x0800, 0xfa52, 0xffff, 0xffff_ffff, 0xa000_0001, 0x8000_0000];
    for (const other of others) expect(flags.decode(other)).toBeUndefined();
  });

  it('has stable codes', () => {
    expect(flags.encode({ contentType: 'application/json' })).toBe(0xa080_0000);
    expect(flags.encode({ contentType: 'image/svg+xml', contentEncoding: 'gzip', staleSeconds: 30 })).toBe(0xaf15_0000);
  });

  it('rounds a window down', () => {
    expect(flags.decode(flags.encode({ staleSeconds: 45 }))?.staleSeconds).toBe(30);
    expect(flags.toWindow(10 ** 9)).toBe(604_800);
  });

  it.each([
    [{ 47: 'a/b' }, 'a code must be from 48 to 63, got 47'],
    [{ 64: 'a/b' }, 'a code must be from 48 to 63, got 64'],
    [{ 48: 'x\r\ny' }, 'is no media type'],
  ])('refuses the types %j', (types, message) => {
    expect(() => createContentFlags({ types })).toThrow(message);
  });
});
