import { describe, expect, it } from 'vitest';

import { bytes } from '../../src/keys/key-buffer.ts';
import { loadPrefixed } from '../../src/keys/prefix.ts';

describe('loadPrefixed', () => {
  it.each<[string, string]>([
    // More than the key buffer holds at first, where the key itself does not enlarge it.
    ['w'.repeat(5000), 'key'],
    ['', 'key'],
    ['p:', ''],
    ['p:', 'key'],
    ['é', '漢字'],
    ['long prefix ', 'x'.repeat(9000)],
    ['y'.repeat(70_000), 'z'.repeat(70_000)],
  ])('puts %.10j in front of %.10j', (prefix, key) => {
    const length = loadPrefixed(Buffer.from(prefix), key);
    expect(Buffer.from(bytes.subarray(0, length)).toString()).toBe(prefix + key);
    expect(loadPrefixed(Buffer.from(prefix), Buffer.from(key))).toBe(length);
    expect(Buffer.from(bytes.subarray(0, length)).toString()).toBe(prefix + key);
  });
});
