import * as fc from 'fast-check';
import { clusterSlot } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { fenceKeyOf } from '../../src/index.ts';

describe('fenceKeyOf', () => {
  it('is in the slot of its key, or refuses', () => {
    const part = fc.constantFrom('{', '}', 'a', 'b', '', 'order:7');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const key = parts.join('');
        // The slot of the empty key cannot be reached by a hash tag.
        fc.pre(key !== '' && !isRefused(key));
        expect(clusterSlot(fenceKeyOf(key))).toBe(clusterSlot(key));
        expect(fenceKeyOf(key)).not.toBe(key);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['a}', '{}a', '}{a'])('refuses "%s", which has a brace and no hash tag', (key) => {
    expect(() => fenceKeyOf(key)).toThrow('has a brace but no hash tag');
  });

  it('keeps a hash tag', () => {
    expect(fenceKeyOf('cart:{7}:items')).toBe('cart:{7}:items:fence');
    expect(fenceKeyOf('cart:7')).toBe('{cart:7}:fence');
  });
});

function isRefused(key: string): boolean {
  return key.includes('}') && !/^[^{]*\{[^}]+\}/u.test(key);
}
