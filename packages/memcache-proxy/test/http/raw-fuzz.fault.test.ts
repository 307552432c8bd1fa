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
  await app.register(memcacheHttp, { backend, maxValueBytes: 1000, batch: { maxOps: 10, maxBytes: 2000 } });
  const templates = [{ url: '/p/:page', key: 'only:{page}', isWritable: true }];
  await app.register(memcacheTemplates, { backend, templates, prefix: '/t' });
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => app.close());

const frame = Buffer.alloc(28);
frame.write('\u0001\u0000\u0000\u0004', 'latin1');
frame.write('only', 24);
const body = (line: string, text: string | Buffer, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`${line} HTTP/1.1\r\nhost: x\r\n${headers}content-length: ${text.length}\r\n\r\n`),
    Buffer.from(text as string),
  ]);
const valid = [
  body('GET /v1/cache/only', '', 'range: bytes=0-1\r\nif-none-match: "1"\r\n'),
  body('PUT /v1/cache/only?ttl=60', 'value', 'content-type: text/plain\r\n'),
  body('POST /v1/cache/only?mode=append', 'value'),
  body('PATCH /v1/cache/only', '{"increment":1,"initial":1}'),
  body('DELETE /v1/cache/only', '', 'if-match: "1"\r\n'),
  body('PUT /t/p/only', 'value', 'cache-control: max-age=60, stale-while-revalidate=9\r\n'),
  body(
    'POST /v1/batch',
    '{"op":"get","key":"only"}\n{"op":"incr","key":"only"}',
    'content-type: application/x-ndjson\r\n',
  ),
  body('POST /v1/batch', frame, 'content-type: application/vnd.lockstep.batch\r\n'),
  Buffer.from('PUT /v1/cache/only HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
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
  const own = key.startsWith('~b') ? Buffer.from(key.slice(2), 'base64url').toString('latin1') : key;
  const seen = raw.toLowerCase() + decoded + decoded.replaceAll('+', ' ');
  // The template puts its own part before what the URL names, and percent-encodes the rest.
  const named = own
    .replace(/^only:/, '')
    .replaceAll(/%([\da-f]{2})/gi, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return seen.includes(own) || seen.includes(named);
}

it('answers no bytes with a 500, and touches no key that they do not name', async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.array(fc.nat(400), { maxLength: 3 }), async (bytes, cuts) => {
      pool.calls.length = 0;
      const statuses = await send(bytes, cuts);
      expect(statuses.filter((status) => status === 500)).toEqual([]);
      const keys = pool.calls.map((call) => call.slice(call.indexOf(' ') + 1));
      expect(keys.filter((key) => !names(bytes, key))).toEqual([]);
    }),
    { interruptAfterTimeLimit: 4000, numRuns: 4000 },
  );
  expect((await app.inject('/v1/cache/only')).statusCode).toBeLessThan(500);
});
