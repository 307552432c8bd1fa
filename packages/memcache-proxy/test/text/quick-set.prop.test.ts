import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { parseLine } from '../../src/text/command-line.ts';
import { readQuickSet } from '../../src/text/quick-set.ts';
import { parserOptions } from './parse-all.ts';

const key = fc.constantFrom(
  'k',
  'key',
  'key2',
  'a',
  'b',
  'k'.repeat(250),
  'k'.repeat(251),
  'a\x01b',
  'a\x7f',
  'schl\xc3\xbc',
  '',
);
const number = fc.constantFrom(
  '0',
  '1',
  '5',
  '60',
  '007',
  '999999999',
  '1000000000',
  '4294967296',
  '-1',
  '+1',
  '1x',
  '',
);
const gap = fc.constantFrom(' ', ' ', ' ', '  ', '\t');
const end = fc.constantFrom('', '', '', ' noreply', ' foo', ' noreplyx', ' ', '  noreply', ' norepl');
const line = fc
  .tuple(fc.constantFrom('set', 'set', 'set', 'add', 'sett'), key, number, number, number, end, gap)
  .map(([verb, ...rest]) => `${verb} ${rest[0]}${rest[5]}${rest[1]} ${rest[2]} ${rest[3]}${rest[4]}`);

it('reads of a set what the long way reads of it, or leaves it to that', () => {
  let quick = 0;
  fc.assert(
    fc.property(line, (text) => {
      const bytes = Buffer.from(`xx${text}yy`, 'latin1');
      const header = readQuickSet(bytes, 2, bytes.length - 2);
      if (header === undefined) return;
      quick += 1;
      expect(header).toEqual(parseLine(Buffer.from(text, 'latin1'), parserOptions));
    }),
    { numRuns: 20_000 },
  );
  expect(quick).toBeGreaterThan(50);
});
