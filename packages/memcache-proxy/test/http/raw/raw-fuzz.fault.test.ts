import type { AddressInfo } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  createBackend,
  httpServerOptions,
  memcacheHttp,
  memcacheTemplates,
  rewriteCacheUrl,
} from '../../../src/index.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';
import { canaries, canary, framings, smuggled } from './framings.ts';
import { delivery, mutations, names, request, send, whole } from './raw-bytes.ts';

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

const port = (): number => (app.server.address() as AddressInfo).port;
const frame = Buffer.alloc(30);
frame.write('\u0001\u0000\u0000\u0006', 'latin1');
frame.write('framed', 24);
/** Each with a key of its own, so that a key that belongs to another one shows. */
const valid = [
  Buffer.from('GET /v1/cache/fast HTTP/1.1\r\nhost: x\r\n\r\n'),
  request('GET /v1/cache/got', '', 'range: bytes=0-1\r\nif-none-match: "1"\r\n'),
  request('PUT /v1/cache/put?ttl=60', 'value', 'content-type: text/plain\r\n'),
  request('POST /v1/cache/joined?mode=append', 'value'),
  request('PATCH /v1/cache/counted', '{"increment":1,"initial":1}'),
  request('DELETE /v1/cache/removed', '', 'if-match: "1"\r\n'),
  request('PUT /t/p/templated', 'value', 'cache-control: max-age=60, stale-while-revalidate=9\r\n'),
  request(
    'POST /v1/batch',
    '{"op":"get","key":"lined"}\n{"op":"incr","key":"raised"}',
    'content-type: application/x-ndjson\r\n',
  ),
  request('POST /v1/batch', frame, 'content-type: application/vnd.lockstep.batch\r\n'),
  Buffer.from('PUT /v1/cache/chunked HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
];
const keysAsked = (): string[] => pool.calls.map((call) => call.slice(call.indexOf(' ') + 1));

it('answers no bytes with a 500, and touches no key that they do not name', async () => {
  await fc.assert(
    fc.asyncProperty(mutations(valid), delivery, async (bytes, sending) => {
      pool.calls.length = 0;
      const statuses = await send(port(), bytes, sending);
      expect(statuses.filter((status) => status === 500)).toEqual([]);
      expect(keysAsked().filter((key) => !names(bytes, key))).toEqual([]);
    }),
    { interruptAfterTimeLimit: 4000, numRuns: 4000 },
  );
  expect((await app.inject('/v1/cache/got')).statusCode).toBeLessThan(500);
});

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
it('acts on nothing that stands in a body, nor behind a request whose length is in doubt', async () => {
  const touched: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      target,
      fc.constantFrom(...Object.keys(framings)),
      smuggled(),
      delivery,
      async (line, framing, text, sending) => {
        pool.calls.length = 0;
        const statuses = await send(
          port(),
          Buffer.from(`${line} HTTP/1.1\r\nhost: x\r\n${framings[framing]!(text)}`),
          sending,
        );
        touched.push(...keysAsked());
        expect(statuses.filter((status) => status === 500)).toEqual([]);
        expect(keysAsked().filter((key) => key.includes(canary))).toEqual([]);
      },
    ),
    { interruptAfterTimeLimit: 4000, numRuns: 4000 },
  );
  // The same pool sees what is asked for in earnest.
  expect(touched).toContain('own');
  await send(port(), Buffer.from(canaries()[0]!), whole);
  expect(keysAsked()).toContain(canary);
});
