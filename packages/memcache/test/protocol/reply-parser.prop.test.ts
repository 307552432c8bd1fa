import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { MemcacheError } from '../../src/index.ts';
import { parseAll, parseInto, recordedMeaning, recordedReplies } from './reply-streams.ts';

it('reads recorded replies alike wherever they are cut', () => {
  const cuts = fc.array(fc.nat({ max: recordedReplies.length }), { maxLength: 40 });
  fc.assert(
    fc.property(cuts, (positions) => {
      const ends = [...positions, recordedReplies.length].toSorted((a, b) => a - b);
      const chunks = ends.map((end, index) => recordedReplies.subarray(ends[index - 1] ?? 0, end));
      expect(parseAll(chunks)).toEqual(recordedMeaning);
    }),
  );
});

it('reads any value back byte for byte, wherever the chunks end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 50 }), (bytes, chunkBytes) => {
      const value = Buffer.from(bytes);
      const stream = Buffer.concat([Buffer.from(`VA ${value.length} f5 O1\r\n`), value, Buffer.from('\r\nEN\r\n')]);
      const chunks: Buffer[] = [];
      for (let at = 0; at < stream.length; at += chunkBytes) chunks.push(stream.subarray(at, at + chunkBytes));
      expect(parseAll(chunks)).toEqual([`VA O1 f5 c- ${JSON.stringify(value.toString('latin1'))}`, 'EN']);
    }),
  );
});

it('never invents a value from random bytes, and stops with ERR_MEMCACHE_PROTOCOL at the first that is no reply', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 10 }), (chunks) => {
      const stream = Buffer.concat(chunks).toString('latin1');
      const { replies, code } = outcomeOf(chunks.map((chunk) => Buffer.from(chunk)));
      expect([undefined, 'ERR_MEMCACHE_PROTOCOL']).toContain(code);
      for (const reply of replies) expect(stream).toContain(reply.split(' ')[0]);
    }),
    { numRuns: 500 },
  );
});

it('reads no more replies when any one byte is changed, save where a value then ends at its own line break', () => {
  const more: string[] = [];
  for (let at = 0; at < recordedReplies.length; at++) {
    for (let mask = 1; mask < 256; mask++) {
      const changed = Buffer.from(recordedReplies);
      changed[at] = changed[at]! ^ mask;
      const { replies, code } = outcomeOf([changed]);
      if (code !== undefined && code !== 'ERR_MEMCACHE_PROTOCOL') throw code;
      if (replies.length > recordedMeaning.length) more.push(changed.subarray(at - 3, at + 14).toString('latin1'));
    }
  }
  // The value is "EN\r\nHD": cut to two bytes it ends where a line ends, and no parser can tell the rest from a reply.
  expect(more).toEqual(['VA 2 f4294967295 ']);
});

function outcomeOf(chunks: readonly Buffer[]): { replies: string[]; code: unknown } {
  const replies: string[] = [];
  try {
    parseInto(replies, chunks);
    return { replies, code: undefined };
  } catch (error) {
    return { replies, code: error instanceof MemcacheError ? error.code : error };
  }
}
