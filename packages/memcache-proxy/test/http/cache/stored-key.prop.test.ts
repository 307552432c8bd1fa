import { createHash } from 'node:crypto';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { brokenKeyRule } from '../../../src/backend/key-rule.ts';
import { isPlainKey } from '../../../src/http/cache/stored-key.ts';
import { toStoredKey } from '../../../src/index.ts';

const stored = (key: string | Buffer): string => toStoredKey(Buffer.from(key as string), 'hash').toString('latin1');
/** Keys near the forms that they are put into. */
const piece = fc.constantFrom('~b', '~h', ':', 'a', ' ', '\0', 'ü', 'YQ', 'x'.repeat(60));
const anyKey = fc.oneof(
  fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ minLength: 1, maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
);

describe('toStoredKey', () => {
  it('makes of any bytes a key that memcached takes', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(brokenKeyRule(toStoredKey(key, 'hash'))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('never makes the same of different keys, nor of what it made of one', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (left, right) => {
        expect(stored(left) === stored(right)).toBe(left.equals(right));
        const form = toStoredKey(left, 'hash');
        expect(form.equals(left) || stored(form) !== form.toString('latin1')).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });

  it('leaves keys alone that memcached takes', () => {
    for (const key of ['k', 'a~b', '~x', 'ü', 'k'.repeat(250)])
      expect(stored(key)).toBe(Buffer.from(key).toString('latin1'));
  });

  it('keeps what stands before the last colon, so that classes route by it', () => {
    expect(stored('user:7:a b')).toBe(`user:7:~b${Buffer.from('a b').toString('base64url')}`);
    expect(stored('a b:c')).toBe(`~b${Buffer.from('a b:c').toString('base64url')}`);
    expect(stored('user:~bx')).toBe(`user:~b${Buffer.from('~bx').toString('base64url')}`);
  });

  it('hashes what is too long', () => {
    const key = `user:${'k'.repeat(300)}`;
    expect(stored(key)).toBe(`user:~h${createHash('sha256').update(key).digest('base64url')}`);
    expect(stored(Buffer.alloc(186, ' '))).toHaveLength(250);
    expect(stored(Buffer.alloc(187, ' '))).toHaveLength(45);
  });

  it('keeps no more than a hundred bytes of a beginning', () => {
    const key = `a:${'b'.repeat(200)}:${'c'.repeat(100)}`;
    expect(stored(key)).toBe(`a:~h${createHash('sha256').update(key).digest('base64url')}`);
    expect(stored(`${'b'.repeat(99)}:${'c'.repeat(200)}`)).toHaveLength(145);
  });

  it('refuses what it would hash when told to, and empty keys always', () => {
    const code = 'ERR_MEMCACHE_PROXY_BAD_KEY';
    expect(() => toStoredKey(Buffer.alloc(251, 'k'), 'refuse')).toThrow(expect.objectContaining({ code }) as Error);
    expect(() => toStoredKey(Buffer.alloc(0), 'hash')).toThrow(expect.objectContaining({ code }) as Error);
    expect(toStoredKey(Buffer.from('a b'), 'refuse').toString()).toBe('~bYSBi');
  });

  it('agrees with the fast test for plain keys', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const isPlain = isPlainKey(key.toString('latin1'));
        expect(!isPlain || toStoredKey(key, 'hash').equals(key)).toBe(true);
      }),
    );
  });
});
