import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { MemcacheError } from '../../src/index.ts';
import type { Reply } from '../../src/protocol/reply.ts';
import { ReplyParser } from '../../src/protocol/reply-parser.ts';

const maxValueBytes = 1000;

/** What replies are made of, so that a mixture gets further than random bytes do. */
const someToken = fc.oneof(
  fc.constantFrom(
    'VA ',
    'HD',
    'EN',
    'NF',
    'NS',
    'EX',
    'MN',
    'OK',
    'END',
    'VALUE ',
    'STAT ',
    'VERSION ',
    'ERROR',
    'CLIENT_ERROR ',
  ),
  fc.constantFrom(
    ' ',
    '\r',
    '\n',
    '\r\n',
    '\r\n',
    '\r\n',
    ' f0',
    ' O1',
    ' c5',
    ' t-1',
    ' W',
    ' X',
    ' Z',
    ' s2',
    ' kkey',
    ' b',
  ),
  fc.constantFrom(
    '0',
    '1',
    '2',
    '3',
    '-1',
    '+1',
    '1e3',
    '0x1',
    ' 1',
    '00',
    '999',
    '1001',
    '4294967296',
    '18446744073709551616',
  ),
  fc.constantFrom(
    'VA 0 O1\r\n\r\n',
    'VA 3 f0 O1\r\nabc\r\n',
    'VALUE k 0 2\r\nab\r\n',
    'EN\r\n',
    'END\r\n',
    'STAT a b\r\n',
    'HD O1\r\n',
  ),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom('A'.repeat(900), 'A'.repeat(5000)),
);

const someStream = fc.array(someToken, { maxLength: 25 }).map((tokens) => Buffer.from(tokens.join(''), 'latin1'));

interface Outcome {
  readonly replies: readonly Reply[];
  readonly error: unknown;
}

function parse(chunks: readonly Buffer[]): Outcome {
  const replies: Reply[] = [];
  const parser = new ReplyParser({
    maxValueBytes,
    onReply: (reply) => {
      const { line, flagsStart, flagsEnd, value } = reply;
      // Where the flags stand depends on the cut; what they are does not.
      const flags = line?.subarray(flagsStart, flagsEnd);
      const own = { line: flags && Buffer.from(flags), flagsStart: 0, flagsEnd: 0 };
      replies.push({ ...reply, ...own, value: value && Buffer.from(value) });
    },
  });
  try {
    for (const chunk of chunks) parser.push(chunk);
    return { replies, error: undefined };
  } catch (error) {
    return { replies, error };
  }
}

function cutAt(stream: Buffer, positions: readonly number[]): Buffer[] {
  const ends = [...positions.map((position) => Math.min(position, stream.length)), stream.length].toSorted(
    (a, b) => a - b,
  );
  return ends.map((end, index) => stream.subarray(ends[index - 1] ?? 0, end));
}

it('throws nothing but ERR_MEMCACHE_PROTOCOL at what only looks like replies', () => {
  let valid = 0;
  fc.assert(
    fc.property(someStream, (stream) => {
      const { error, replies } = parse([stream]);
      if (replies.length > 0) valid++;
      if (error === undefined) return;
      expect(error).toBeInstanceOf(MemcacheError);
      expect(error).toHaveProperty('code', 'ERR_MEMCACHE_PROTOCOL');
    }),
    { numRuns: 3000 },
  );
  expect(valid).toBeGreaterThan(300);
});

it('reads what only looks like replies alike wherever it is cut', () => {
  fc.assert(
    fc.property(someStream, fc.array(fc.nat({ max: 400 }), { maxLength: 12 }), (stream, positions) => {
      const whole = parse([stream]);
      const cut = parse(cutAt(stream, positions));
      expect(cut.replies).toEqual(whole.replies);
      expect(String(cut.error)).toBe(String(whole.error));
      const single = parse([...stream.keys()].map((at) => stream.subarray(at, at + 1)));
      expect(single.replies).toEqual(whole.replies);
    }),
    { numRuns: 1000 },
  );
});

it('takes every value byte for byte, whatever is in it and whatever follows', () => {
  const someReply = fc.record({
    opaque: fc.nat(),
    isText: fc.boolean(),
    value: fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      someStream.map((stream) => stream.subarray(0, maxValueBytes)),
    ),
  });
  fc.assert(
    fc.property(
      fc.array(someReply, { minLength: 1, maxLength: 6 }),
      someStream,
      fc.array(fc.nat({ max: 800 })),
      (sound, rest, cuts) => {
        const stream = Buffer.concat([
          ...sound.flatMap(({ opaque, isText, value }) => [
            Buffer.from(isText ? `VALUE k${opaque} 7 ${value.length}\r\n` : `VA ${value.length} f7 O${opaque}\r\n`),
            value,
            Buffer.from('\r\n'),
          ]),
          rest,
        ]);
        const { replies } = parse(cutAt(stream, cuts));
        expect(replies.slice(0, sound.length).map(({ value, opaque, text }) => [value, opaque, text])).toEqual(
          sound.map(({ opaque, isText, value }) => (isText ? [value, -1, `k${opaque}`] : [value, opaque, ''])),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

it('asks for no more memory than a value may take, whatever length is announced', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: BigInt(maxValueBytes + 1), max: 2n ** 70n }), (length) => {
      for (const line of [`VA ${length} O1\r\n`, `VALUE k 0 ${length}\r\n`]) {
        expect(parse([Buffer.from(line)]).error).toHaveProperty('code', 'ERR_MEMCACHE_PROTOCOL');
      }
    }),
  );
  expect(parse([Buffer.from(`VA ${maxValueBytes} O1\r\n`)])).toEqual({ replies: [], error: undefined });
});
