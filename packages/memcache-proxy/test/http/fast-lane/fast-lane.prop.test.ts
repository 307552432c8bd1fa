import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { httpServerOptions } from '../../../src/index.ts';
import { answersIn, converse, fill, type LaneApp, startLaneApp } from './lane-pair.ts';

const options = {
  server: httpServerOptions({ requestTimeoutMs: 5000, headersTimeoutMs: 5000 }),
  http: { compression: { flagBits: { zlib: 0x8 } }, maxValueBytes: 1000 },
};
let lane: LaneApp;
let usual: LaneApp;
beforeAll(async () => {
  [lane, usual] = await Promise.all([startLaneApp(true, options), startLaneApp(false, options)]);
});
afterAll(() => Promise.all([lane, usual].map(({ app }) => app.close())));

/** The latest conversation: a law whose time is over does not wait for it, and its writes are not the next law's. */
let latest: Promise<unknown> = Promise.resolve();
afterEach(() => latest);

/** The server closes after it. */
const closing = Buffer.from('GET /v1/cache/plain HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');

/** What both say to the same bytes, and which keys they touch for it. */
function askBoth(bytes: Buffer, cuts: readonly number[]): Promise<Said[]> {
  const said = Promise.all(
    [lane, usual].map(async ({ port, pool }) => {
      fill(pool);
      const answers = answersIn(await converse(port, Buffer.concat([bytes, closing]), cuts));
      return { answers, calls: [...pool.calls] };
    }),
  );
  latest = said.catch(() => undefined);
  return said;
}

const key = fc.constantFrom('plain', 'empty', 'json', 'gzip', 'foreign', 'zlib', 'large', 'other-pool', 'nothing');
const odd = fc.constantFrom(
  '/v1/cache/pla%69n',
  '/v1/cache/plain?x=1',
  '/v1/cache/plain?lease=5',
  '/v1/cache/a%20b',
  '/v1/cache/%FF',
  '/v1/cache/a/b',
  '/v1/cache/..',
  '/v1/cache/',
  '/v1/cache?keys=plain',
  '/nowhere',
);
const target = fc.oneof(
  { weight: 4, arbitrary: key.map((name) => `/v1/cache/${name}`) },
  { weight: 1, arbitrary: odd },
);
const field = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'accept: */*',
      'Accept-Encoding: gzip',
      'user-agent: t',
      'connection: keep-alive',
      'x-y: 1',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'range: bytes=0-1',
      'if-none-match: *',
      'cache-control: no-cache',
      'authorization: Bearer x',
      'content-length: 0',
      'x-forwarded-for: 192.0.2.1',
    ),
  },
);
const reading = fc
  .record({ method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD'), target, fields: fc.array(field, { maxLength: 3 }) })
  .map((parts) => `${parts.method} ${parts.target} HTTP/1.1\r\n${['Host: x', ...parts.fields].join('\r\n')}\r\n\r\n`);
const write = fc
  .record({ method: fc.constantFrom('PUT', 'POST', 'DELETE'), key, body: fc.string({ maxLength: 40 }) })
  .map((parts) => {
    const body = Buffer.from(parts.body).toString('latin1');
    return `${parts.method} /v1/cache/${parts.key} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  });
const request = fc.oneof({ weight: 5, arbitrary: reading }, { weight: 1, arbitrary: write });
const easy = key.map((name) => `GET /v1/cache/${name} HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n`);
const requests = fc
  .tuple(fc.array(easy, { maxLength: 4 }), fc.array(request, { maxLength: 3 }))
  .map((both) => Buffer.from(both.flat().join(''), 'latin1'));
const cutPoints = fc.array(fc.nat(600), { maxLength: 4 });
/** How long each law is tried, in milliseconds. */
const tryMs = Number(process.env['FAST_LANE_FUZZ_MS'] ?? 1500);
const settings = { interruptAfterTimeLimit: tryMs, numRuns: tryMs };
const timeout = tryMs + 20_000;

const plain = 'GET /v1/cache/plain HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n';
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc.constantFrom(
    '\r\n',
    '\n',
    '\0',
    '\r',
    ' ',
    ':',
    '%00',
    '\t',
    'a',
    '\r\n\r\n',
    'Content-Length: 5\r\n',
    'Host: y\r\n',
    `Accept:${' '.repeat(1900)}`,
    `Accept:${' \t'.repeat(200)}*/*\r\n`,
    ' '.repeat(300),
  ),
);
const edit = fc.record({ at: fc.nat(200), cut: fc.nat(4), put: piece });
const damaged = fc
  .tuple(fc.constantFrom(plain, plain + plain), fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([start, edits]) =>
    edits.reduce((text, { at, cut, put }) => {
      const from = at % (text.length + 1);
      return text.slice(0, from) + put + text.slice(from + cut);
    }, start),
  );

/** What node:http says of bytes that are no request, after which it closes. */
const isParseError = (answer: string): boolean => /"code":"ERR_HTTP_(?:MALFORMED|TIMEOUT|HEADERS)/.test(answer);
/** After it comes nothing that a client would read, but perhaps what node:http thinks of the bytes behind. */
const isLast = (answer: string): boolean => isParseError(answer) || /^connection: close/im.test(answer);

interface Said {
  readonly answers: readonly string[];
  readonly calls: readonly string[];
}

/** The answers up to the last that counts. */
function read(answers: readonly string[]): readonly string[] {
  const last = answers.findIndex((answer) => isLast(answer));
  return last < 0 ? answers : answers.slice(0, last + 1);
}

/** Whether these are some of those, in their order. */
function isWithin(few: readonly string[], many: readonly string[]): boolean {
  const left = [...few];
  for (const answer of many) if (answer === left[0]) left.shift();
  return left.length === 0;
}

/**
 * Both say the same; only, of requests that stand before what is no request node:http may forget those that are not
 * answered yet.
 */
function expectSame(fast: Said, slow: Said): void {
  const all = [fast.answers, slow.answers];
  const isRefused = all.flat().some((answer) => isParseError(answer));
  const [few, many] = all
    .map((answers) => answers.filter((answer) => !isParseError(answer)))
    .toSorted((a, b) => a.length - b.length);
  const isEnded = all.every((answers) => answers.some((answer) => isLast(answer)));
  expect(isRefused ? { isWithin: isWithin(few!, many!), isEnded } : [read(fast.answers), fast.calls]).toEqual(
    isRefused ? { isWithin: true, isEnded: true } : [read(slow.answers), slow.calls],
  );
}

it('answers whatever is asked as the server does without it, byte for byte but for the date', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(requests, cutPoints, async (bytes, cuts) => {
      const [fast, slow] = await askBoth(bytes, cuts);
      expectSame(fast!, slow!);
    }),
    settings,
  );
  // As many runs as there was time for.
  expect(lane.laned.length).toBeGreaterThan(0);
  expect(usual.laned).toEqual([]);
});

it('says the same of what is no request, and touches no key for it that is not named', { timeout }, async () => {
  await fc.assert(
    fc.asyncProperty(damaged, cutPoints, async (text, cuts) => {
      const [fast, slow] = await askBoth(Buffer.from(text, 'latin1'), cuts);
      expectSame(fast!, slow!);
      expect(fast!.calls.filter((call) => !/^(?:read|get) /.test(call))).toEqual([]);
    }),
    settings,
  );
});

it('answers a conversation the same wherever it is cut', { timeout: 30_000 }, async () => {
  const put = 'PUT /v1/cache/empty HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nnew';
  const bytes = Buffer.from(plain + plain + put + plain);
  const [whole] = await askBoth(bytes, []);
  expect(whole!.answers).toHaveLength(5);
  fill(lane.pool);
  const texts = await Promise.all(
    Array.from({ length: bytes.length }, (_, cut) => converse(lane.port, Buffer.concat([bytes, closing]), [cut])),
  );
  // Each of them has stored the value anew.
  for (const text of texts) expect(answersIn(text)).toEqual(whole!.answers);
});
