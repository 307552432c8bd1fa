import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Command } from '../../src/text/command.ts';
import { CommandParser } from '../../src/text/command-parser.ts';
import { describeCommands, parseAll, parserOptions, splitAt } from './parse-all.ts';

const word = fc.oneof(
  fc.constantFrom(
    'get',
    'gets',
    'set',
    'add',
    'cas',
    'delete',
    'touch',
    'incr',
    'quit',
    'append',
    'ms',
    'mg',
    'gat',
    'noreply',
  ),
  fc.constantFrom('v', 'q', 'k', 'b', 'T60', 'O1', 'YQ==', 'stats', 'mn', 'flush_all'),
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

it('makes of a get and a set by their short way what the long way makes of them', () => {
  fc.assert(
    fc.property(script, (bytes) => {
      const parser = new CommandParser(parserOptions);
      parser.push(bytes);
      const commands: Command[] = [];
      for (let command = parser.next(); command !== undefined; command = parser.next()) commands.push(command);
      expect(describeCommands(parseAll([bytes]))).toEqual(describeCommands(commands));
    }),
    { numRuns: 2000 },
  );
});
