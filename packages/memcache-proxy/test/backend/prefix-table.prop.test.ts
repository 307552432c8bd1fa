import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { PrefixTable } from '../../src/backend/prefix-table.ts';

/** Few characters, of one, two and three bytes, so that prefixes and keys have common beginnings. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', 'é', 'è', '€'), maxLength: 8 });
const prefixes = fc.uniqueArray(text, { maxLength: 20 });

it('finds the longest prefix, as a loop over all of them does, for text and for bytes', () => {
  fc.assert(
    fc.property(prefixes, text, (names, key) => {
      const table = new PrefixTable(names.map((value) => ({ prefix: Buffer.from(value), value })));
      const fitting = names.filter((name) => key.startsWith(name)).sort((a, b) => b.length - a.length);
      expect(table.find(key)).toBe(fitting[0]);
      expect(table.find(Buffer.from(key))).toBe(fitting[0]);
    }),
    { numRuns: 2000 },
  );
});

it('takes keys of any bytes', () => {
  const prefix = fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes));
  const key = fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 10 }), key, (list, bytes) => {
      const table = new PrefixTable(list.map((each) => ({ prefix: each, value: each.toString('hex') })));
      const fitting = list.filter((each) => bytes.subarray(0, each.length).equals(each));
      const longest = fitting.sort((a, b) => b.length - a.length)[0];
      expect(table.find(bytes)).toBe(longest?.toString('hex'));
    }),
    { numRuns: 2000 },
  );
});
