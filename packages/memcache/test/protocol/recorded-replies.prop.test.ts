import { startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';

import { everyReply, recordReplies, type Recorded, trickyValue } from './record-replies.ts';
import { parseAll } from './reply-streams.ts';

let recorded: readonly Recorded[];
let stream: Buffer;
let meaning: readonly string[];

beforeAll(async () => {
  await using server = await startMemcached();
  recorded = await recordReplies(server, everyReply);
  stream = Buffer.concat(recorded.map(({ bytes }) => bytes));
  meaning = parseAll([stream]);
});

const repliesTo = (command: string): string[] => parseAll([recorded.find((one) => one.command === command)!.bytes]);

it('reads from the real server what was stored in it', () => {
  expect(repliesTo('version')[0]).toMatch(/^VERSION \d+\.\d+\.\d+/);
  expect(repliesTo('mg a v f O6')).toEqual(['VA O6 f7 c- "hello"']);
  expect(repliesTo('mg a v f c t O7')[0]).toMatch(/^VA O7 f7 c\d+ "hello"$/);
  expect(repliesTo('mg empty v f O8')).toEqual(['VA O8 f0 c- ""']);
  expect(repliesTo('mg tricky v f c O9')[0]).toContain(JSON.stringify(trickyValue));
  expect(repliesTo('mg large v f O10')).toEqual([`VA O10 f0 c- "${'L'.repeat(9000)}"`]);
  expect(repliesTo('ma n D5 v O18')).toEqual(['VA O18 f-1 c- "15"']);
  expect(repliesTo('mg a v f O1')[0]).toMatch(/^EN( O1)?$/);
  expect(repliesTo('get a empty n none large').map((reply) => reply.slice(0, 16))).toEqual([
    'VALUE f0 c- "wor',
    'VALUE f0 c- "" e',
    'VALUE f0 c- "14"',
    'VALUE f0 c- "LLL',
    'END',
  ]);
  expect(repliesTo('stats').length).toBeGreaterThan(30);
  expect(repliesTo('nonsense')).toEqual(['ERROR']);
  expect(repliesTo(everyReply.find((command) => command.startsWith('ms toolarge'))!)[0]).toMatch(
    /^SERVER_ERROR .*too large/,
  );
});

it('reads every reply alike when it comes in two parts, whichever byte is the first of the second', () => {
  const short = recorded.filter(({ bytes }) => bytes.length < 8000);
  for (const { bytes } of short) {
    const whole = parseAll([bytes]);
    for (let at = 0; at <= bytes.length; at++)
      expect(parseAll([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
  }
  expect(short.length).toBeGreaterThan(30);
});

it('reads the whole exchange alike when it is cut at any byte', () => {
  const wrong: number[] = [];
  for (let at = 0; at <= stream.length; at++) {
    const replies = parseAll([stream.subarray(0, at), stream.subarray(at)]);
    if (replies.length !== meaning.length || replies.some((reply, index) => reply !== meaning[index])) wrong.push(at);
  }
  expect(wrong).toEqual([]);
});

it('reads the whole exchange alike when it is cut at two bytes, or comes in parts of one size', () => {
  const position = fc.nat({ max: stream.length });
  fc.assert(
    fc.property(position, position, (one, other) => {
      const [first, second] = [Math.min(one, other), Math.max(one, other)];
      expect(parseAll([stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)])).toEqual(
        meaning,
      );
    }),
    { numRuns: 300 },
  );
  for (const size of [1, 2, 3, 5, 7, 64, 1000]) {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    expect(parseAll(chunks)).toEqual(meaning);
  }
});

it('reads the beginning of an exchange as the beginning of its replies', () => {
  for (const { bytes } of recorded) {
    const whole = parseAll([bytes]);
    for (let at = 0; at < Math.min(bytes.length, 3000); at++) {
      const replies = parseAll([bytes.subarray(0, at)]);
      expect(replies).toEqual(whole.slice(0, replies.length));
      expect(replies.length).toBeLessThan(whole.length);
    }
  }
});
