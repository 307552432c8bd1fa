import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { describeCommands, parseAll, splitAt } from './parse-all.ts';

const word = fc.oneof(
  fc.constantFrom('get', 'gets', 'set', 'add', 'cas', 'delete', 'touch', 'incr', 'quit', 'append', 'ms', 'noreply'),
  fc.constantFrom('0', '1', '3', '70', '-1', '+2', '99999999999', '4294967296', 'k', 'kk', '\x80', '\x01', ''),
  fc.constantFrom('k'.repeat(250), 'k'.repeat(251), 'k'.repeat(290), 'x'.repeat(64)),
);
const line = fc
  .tuple(fc.array(word, { maxLength: 7 }), fc.constantFrom('\r\n', '\n', '\r', ''))
  .map(([words, end]) => words.join(' ') + end);
const store = fc
  .tuple(fc.constantFrom('set', 'replace'), fc.integer({ min: 0, max: 80 }), fc.boolean())
  .map(
    ([verb, length, isWhole]) =>
      `${verb} k 0 0 ${length}\r\n${'\r\n'.repeat(40).slice(0, length)}${isWhole ? '\r\n' : ''}`,
  );
const script = fc.array(fc.oneof(line, store), { maxLength: 8 }).map((lines) => Buffer.from(lines.join(''), 'latin1'));

it('makes the same commands of the same bytes wherever they are cut', () => {
  fc.assert(
    fc.property(script, fc.array(fc.nat(2000), { maxLength: 20 }), (bytes, places) => {
      const cut = splitAt(
        bytes,
        places.filter((place) => place < bytes.length),
      );
      expect(describeCommands(parseAll(cut))).toEqual(describeCommands(parseAll([bytes])));
    }),
    { numRuns: 2000 },
  );
});

it('makes the same commands of single bytes', () => {
  fc.assert(
    fc.property(script, (bytes) => {
      const single = Array.from(bytes, (byte) => Buffer.of(byte));
      expect(describeCommands(parseAll(single))).toEqual(describeCommands(parseAll([bytes])));
    }),
    { numRuns: 500 },
  );
});
