import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { loadTagged } from '../../src/keys/hash-tag.ts';
import { bytes } from '../../src/keys/key-buffer.ts';

it('twemproxy hashes the same part of a string and of its bytes', () => {
  const tag = Buffer.from('{}');
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', 'é', '😀'), maxLength: 60 }), (key) => {
      const part = bytes.slice(0, loadTagged(tag, key));
      expect(bytes.slice(0, loadTagged(tag, Buffer.from(key)))).toEqual(part);
      expect(key.match(/^[^{]*\{([^}]+)\}/)?.[1] ?? key).toBe(Buffer.from(part).toString());
    }),
  );
});
