import { describe, expect, it } from 'vitest';

import { isVersioned } from '../../src/topology/is-versioned.ts';
import { policyOf } from '../../src/topology/policy-of.ts';
import type { ClassPolicy, KeyClass } from '../../src/topology/topology.ts';

const classes: KeyClass[] = [
  { prefix: 'user:', policy: 'replicate' },
  { prefix: 'user:tmp:', policy: 'none' },
  { prefix: 'user:tmp:é', policy: 'replicate' },
  { prefix: '日本', policy: 'none' },
];

/** The rule as one would say it, to compare with. */
function slowPolicyOf(key: string): ClassPolicy {
  const matching = classes.filter(({ prefix }) => key.startsWith(prefix));
  return matching.toSorted((left, right) => right.prefix.length - left.prefix.length)[0]?.policy ?? 'invalidate';
}

describe('policyOf', () => {
  it.each([
    ['user:1', 'replicate'],
    ['user:', 'replicate'],
    ['user', 'invalidate'],
    ['', 'invalidate'],
    ['user:tmp', 'replicate'],
    ['user:tmp:1', 'none'],
    ['user:tmp:é1', 'replicate'],
    ['user:tmp:è1', 'none'],
    ['日本語', 'none'],
    ['日', 'invalidate'],
  ] as const)('gives %j the policy %s, as a string and as bytes', (key, policy) => {
    const lookUp = policyOf({ classes });
    expect(slowPolicyOf(key)).toBe(policy);
    expect(lookUp(key)).toBe(policy);
    expect(lookUp(Buffer.from(key))).toBe(policy);
    expect(lookUp(new Uint8Array(Buffer.from(key)))).toBe(policy);
  });

  it('gives every key `invalidate` where there are no classes', () => {
    expect(policyOf({ classes: [] })('user:1')).toBe('invalidate');
  });

  it('takes the empty prefix as the class of all other keys', () => {
    const lookUp = policyOf({ classes: [...classes, { prefix: '', policy: 'replicate' }] });
    expect(lookUp('anything')).toBe('replicate');
    expect(lookUp('user:tmp:1')).toBe('none');
  });

  it('knows versioned keys by the same rule', () => {
    expect(isVersioned({ classes })('user:1')).toBe(false);
    const isMeant = isVersioned({ classes: [...classes, { prefix: 'user:9', policy: 'replicate-versioned' }] });
    expect(['user:91', 'user:8', 'other'].map((key) => isMeant(key))).toEqual([true, false, false]);
  });

  it('looks only at the bytes, so a key that is not UTF-8 is well', () => {
    expect(policyOf({ classes })(Buffer.from([0x75, 0xff, 0xfe]))).toBe('invalidate');
  });
});
