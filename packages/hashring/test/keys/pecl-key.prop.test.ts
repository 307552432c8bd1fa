import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { bytes } from '../../src/keys/key-buffer.ts';
import { loadPeclKey } from '../../src/keys/pecl-key.ts';

it('PECL memcache prepares any bytes as if it looked at each on its own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.uint8Array({ maxLength: 300 }), (prefix, key) => {
      const whole = Buffer.concat([Buffer.from(prefix), key]).subarray(0, 250);
      const prepared = bytes.subarray(0, loadPeclKey(Buffer.from(prefix), key));
      const expected = Buffer.from(whole.map((byte) => (byte <= 0x20 ? 0x5f : byte)));
      expect(Buffer.from(prepared).toString('hex')).toBe(expected.toString('hex'));
    }),
  );
});
