import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import fastify, { type FastifyInstance } from 'fastify';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createBackend, httpServerOptions, memcacheHttp, memcacheTemplates, rewriteCacheUrl } from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';

const pool = new MemoryPool();
let app: FastifyInstance;
beforeAll(async () => {
  const backend = createBackend({ pool });
  app = fastify({
    ...httpServerOptions({ requestTimeoutMs: 150, headersTimeoutMs: 100, checkIntervalMs: 20 }),
    routerOptions: { maxParamLength: 1024 },
    rewriteUrl: rewriteCacheUrl,
  });
  await app.register(memcacheHttp, {
    backend,
    fastLane: true,
    maxValueBytes: 1000,
    batch: { maxOps: 10, maxBytes: 2000 },
  });
  const templates = [{ url: '/p/:page', key: 'only:{page}', isWritable: true }];
  await app.register(memcacheTemplates, { backend, templates, prefix: '/t' });
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => app.close());

const frame = Buffer.alloc(30);
frame.write('\u0001\u0000\u0000\u0006', 'latin1');
frame.write('framed', 24);
const body = (line: string, text: string | Buffer, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`${line} HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${text.length}\r\n\r\n`),
    Buffer.from(text as string),
  ]);
/** Each with a key of its own, so that a key that belongs to another one shows. */
const valid = [
  Buffer.from('GET /v1/cache/fast HTTP/1.1\r\nhost: x\r\n\r\n'),
  body('GET /v1/cache/got', '', 'range: bytes=0-1\r\nif-none-match: "1"\r\n'),
  body('PUT /v1/cache/put?ttl=60', 'value', 'content-type: text/plain\r\n'),
  body('POST /v1/cache/joined?mode=append', 'value'),
  body('PATCH /v1/cache/counted', '{"increment":1,"initial":1}'),
  body('DELETE /v1/cache/removed', '', 'if-match: "1"\r\n'),
  body('PUT /t/p/templated', 'value', 'cache-control: max-age=60, stale-while-revalidate=9\r\n'),
  body(
    'POST /v1/batch',
    '{"op":"get","key":"lined"}\n{"op":"incr","key":"raised"}',
    'content-type: application/x-ndjson\r\n',
  ),
  body('POST /v1/batch', frame, 'content-type: application/vnd.lockstep.batch\r\n'),
  Buffer.from('PUT /v1/cache/chunked HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
];
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('\r\n', '\0', '\r', '%00', '%0d%0a', '"', ',', ' ', ':', '?', '{', '0\r\n\r\n')
    .map((text) => Buffer.from(text)),
);
const edit = fc.record({ at: fc.nat(300), cut: fc.nat(6), put: piece });
const mutated = fc.tuple(fc.constantFrom(...valid), fc.array(edit, { maxLength: 3 })).map(([start, edits]) => {
  let bytes: Buffer = start;
  for (const { at, cut, put } of edits) {
    const from = at % (bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + cut)]);
  }
  return bytes;
});
const requests = fc.oneof(
  { weight: 5, arbitrary: fc.array(mutated, { minLength: 1, maxLength: 3 }).map((all) => Buffer.concat(all)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
);

/** Sends the bytes in pieces and says no more: the statuses of the answers. */
async function send(bytes: Buffer, cuts: readonly number[]): Promise<number[]> {
  const socket = connect({ port: (app.server.address() as AddressInfo).port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (part: Buffer) => (text += part.toString('latin1'))).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  for (const [index, from] of [0, ...points].entries()) {
    socket.write(bytes.subarray(from, points[index] ?? bytes.length));
    await turn();
  }
  socket.end();
  await closed;
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}

/** Whether the bytes that were sent have the key in them, as it is or encoded for a URL, JSON or memcached. */
function names(bytes: Buffer, key: string): boolean {
  const raw = bytes.toString('latin1');
  const decoded = raw.replaceAll(/%([\da-f]{2})/gi, (_all, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  // Nothing names it: what is empty is in everything.
  if (key === '') return false;
  // A key that memcached cannot hold is held as its class and what follows in base64.
  const own = key.replace(/~b([\w-]*)$/, (_all, rest: string) => Buffer.from(rest, 'base64url').toString('latin1'));
  const seen = raw + raw.toLowerCase() + decoded + decoded.replaceAll('+', ' ');
  // The template puts its own part before what the URL names, and percent-encodes the rest.
  const named = own
    .replace(/^only:/, '')
    .replaceAll(/%([\da-f]{2})/gi, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return seen.includes(key) || seen.includes(own) || (named !== '' && seen.includes(named));
}

const keysAsked = (): string[] => pool.calls.map((call) => call.slice(call.indexOf(' ') + 1));

it('answers no bytes with a 500, and touches no key that they do not name', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.array(fc.nat(400), { maxLength: 3 }), async (bytes, cuts) => {
      pool.calls.length = 0;
      const statuses = await send(bytes, cuts);
      expect(statuses.filter((status) => status === 500)).toEqual([]);
      expect(keysAsked().filter((key) => !names(bytes, key))).toEqual([]);
    }),
    { interruptAfterTimeLimit: 4000, numRuns: 4000 },
  );
  expect((await app.inject('/v1/cache/got')).statusCode).toBeLessThan(500);
});

/** No request has this key; the bytes of bodies and headers are full of requests that would. */
const canary = [
  'GET /v1/cache/canary HTTP/1.1\r\nhost: x\r\n\r\n',
  'DELETE /v1/cache/canary HTTP/1.1\r\nhost: x\r\n\r\n',
  'PUT /v1/cache/canary HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\nx',
  'get canary\r\nset canary 0 0 1\r\nx\r\nmd canary\r\n',
];
const smuggled = fc
  .array(fc.oneof(fc.constantFrom(...canary), fc.constantFrom('', '\r\n', '0\r\n\r\n', '\0', '}', '\n')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const target = fc.constantFrom(
  'PUT /v1/cache/own',
  'POST /v1/cache/own?mode=set',
  'PATCH /v1/cache/own',
  'GET /v1/cache/own',
  'DELETE /v1/cache/own',
  'POST /v1/batch',
  'PUT /t/p/own',
  'PUT /nowhere',
);
/** Framings that say where the body ends, and those that say so twice or wrongly: the rest of them is nothing to act on. */
const framings: Readonly<Record<string, (text: string) => string>> = {
  length: (text) => `content-length: ${text.length}\r\n\r\n${text}`,
  chunks: (text) => `transfer-encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  'length and chunks': (text) => `content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${text}`,
  'chunks and length': (text) => `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${text}`,
  'two lengths': (text) => `content-length: 0\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  'a list of lengths': (text) => `content-length: 0, ${text.length}\r\n\r\n${text}`,
  'a signed length': (text) => `content-length: +0\r\n\r\n${text}`,
  'a hexadecimal length': (text) => `content-length: 0x0\r\n\r\n${text}`,
  'a space before the colon': (text) => `content-length : 0\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
  'an unknown coding': (text) => `transfer-encoding: xchunked\r\ncontent-length: 0\r\n\r\n${text}`,
  'chunks that are not last': (text) => `transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n${text}`,
  'a folded coding': (text) => `transfer-encoding:\r\n chunked\r\ncontent-length: 0\r\n\r\n${text}`,
  'a bare CR': (text) => `x: y\rcontent-length: 0\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
};

it('acts on nothing that stands in a body, nor behind a request whose length is in doubt', async () => {
  const touched: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      target,
      fc.constantFrom(...Object.keys(framings)),
      smuggled,
      fc.array(fc.nat(400), { maxLength: 3 }),
      async (line, framing, text, cuts) => {
        pool.calls.length = 0;
        const statuses = await send(Buffer.from(`${line} HTTP/1.1\r\nhost: x\r\n${framings[framing]!(text)}`), cuts);
        touched.push(...keysAsked());
        expect(statuses.filter((status) => status === 500)).toEqual([]);
        expect(keysAsked().filter((key) => key.includes('canary'))).toEqual([]);
      },
    ),
    { interruptAfterTimeLimit: 4000, numRuns: 4000 },
  );
  // The same pool sees what is asked for in earnest.
  expect(touched).toContain('own');
  await send(Buffer.from(canary[0]!), []);
  expect(keysAsked()).toContain('canary');
});
