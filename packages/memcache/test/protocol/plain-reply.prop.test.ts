import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { readPlainReply } from '../../src/protocol/plain-reply.ts';
import { readLine } from '../../src/protocol/reply-line.ts';
import { createReply, type Reply } from '../../src/protocol/reply.ts';
import { parseAll } from './reply-streams.ts';

const lookAhead = 'x'.repeat(64);

/** What the general reader makes of the line, or undefined when it refuses it. */
function readAsEver(line: string): Reply | undefined {
  const bytes = Buffer.from(`${line}\r\n${lookAhead}`, 'latin1');
  const reply = createReply();
  try {
    reply.size = readLine(bytes, 0, line.length, reply);
    return { ...reply, line: bytes };
  } catch {
    return undefined;
  }
}

function readPlain(line: string): { next: number; reply: Reply } {
  const bytes = Buffer.from(`${line}\r\n${lookAhead}`, 'latin1');
  // What an earlier reply has left behind must not show.
  const reply: Reply = { ...createReply(), cas: 5n, ttl: 7, isWon: true, isTaken: true, isStale: true, text: 'rest' };
  return { next: readPlainReply(bytes, 0, reply), reply };
}

it.each([
  'HD O7',
  'HD O0',
  'HD O4095',
  'VA 0 f0 O1',
  'VA 100 f4095 O12',
  'VA 999999999 f999999999 O999999999',
  'HD O007',
])('reads %s as every other line', (line) => {
  const { next, reply } = readPlain(line);
  expect(next).toBe(line.length + 2);
  expect(reply).toEqual(readAsEver(line));
});

it.each([
  'HD',
  'HD ',
  'HD O',
  'HD Ox',
  'HD O1 W',
  'HD O1 ',
  'HD  O1',
  'HD f0 O1',
  'HX O1',
  'XD O1',
  'EN',
  'VA 1',
  'VA x f0 O1',
  'VA 1 O1 f0',
  'VA 1 f O1',
  'VA 1 fx O1',
  'VA 1 f0',
  'VA 1 f0 c5 O1',
  'VA 1 f0 O1 Z',
  'VA 1  f0 O1',
  'VA 1 f4294967295 O1',
  'VA 1000000000 f0 O1',
  'VA 1 f0 O1000000000',
  'VX 1 f0 O1',
  'VA -1 f0 O1',
])('leaves %j to the reader of every line', (line) => {
  expect(readPlain(line).next).toBe(0);
});

it('leaves a line without its line break, and one near the end of the bytes, to the reader of every line', () => {
  expect(readPlainReply(Buffer.from(`HD O7\n${lookAhead}`), 0, createReply())).toBe(0);
  expect(readPlainReply(Buffer.from(`HD O7\r${lookAhead}`), 0, createReply())).toBe(0);
  expect(readPlainReply(Buffer.from('HD O7\r\n'), 0, createReply())).toBe(0);
});

it('reads no line otherwise than the reader of every line', () => {
  const word = fc.oneof(
    fc.constantFrom('HD', 'VA', 'EN', 'O', 'f', '', 'W', 'c1', 't-1', '\r', '\n'),
    fc.nat().map((number) => `O${number}`),
    fc.nat().map((number) => `f${number}`),
    fc.nat().map(String),
    fc.string({ maxLength: 4 }),
  );
  let read = 0;
  fc.assert(
    fc.property(fc.constantFrom('HD', 'VA'), fc.array(word, { minLength: 1, maxLength: 4 }), (status, words) => {
      const line = [status, ...words].join(' ');
      const { next, reply } = readPlain(line);
      fc.pre(next > 0);
      read++;
      expect(next).toBe(line.length + 2);
      expect(reply).toEqual(readAsEver(line));
    }),
    { numRuns: 300, maxSkipsPerRun: 10_000, interruptAfterTimeLimit: 20_000 },
  );
  expect(read).toBeGreaterThan(20);
});

it('reads plain replies alike when they are cut at any byte', () => {
  const values = ['', 'a', 'VA 1 f0 O9\r\nx', 'v'.repeat(60)];
  const stream = Buffer.from(
    values.map((value, index) => `HD O${index}\r\nVA ${value.length} f${index} O1${index}\r\n${value}\r\n`).join(''),
  );
  const whole = parseAll([stream]);
  expect(whole).toHaveLength(2 * values.length);
  for (let cut = 0; cut <= stream.length; cut++) {
    expect(parseAll([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(whole);
    expect(parseAll([stream.subarray(0, cut), stream.subarray(cut, cut + 1), stream.subarray(cut + 1)])).toEqual(whole);
  }
});
