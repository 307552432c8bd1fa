import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createBackend, memcacheHttp, rewriteCacheUrl } from '../../../src/index.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';
import { sendRaw } from './raw-client.ts';

let pool: MemoryPool;
let app: FastifyInstance;
let port: number;
beforeEach(async () => {
  pool = new MemoryPool();
  app = fastify({
    routerOptions: { maxParamLength: 1024 },
    rewriteUrl: rewriteCacheUrl,
    requestTimeout: 300,
    http: { headersTimeout: 200, connectionsCheckingInterval: 50 },
  });
  const batch = { maxBytes: 10_000, maxOps: 10 };
  await app.register(memcacheHttp, { backend: createBackend({ pool }), maxValueBytes: 10_000, batch });
  await app.listen({ port: 0, host: '127.0.0.1' });
  ({ port } = app.server.address() as AddressInfo);
});
afterEach(() => app.close());

const put = (headers: string, body = ''): string => `PUT /v1/cache/k HTTP/1.1\r\nhost: x\r\n${headers}\r\n${body}`;
const smuggled = 'DELETE /v1/cache/victim HTTP/1.1\r\nhost: x\r\n\r\n';

describe('a request that two servers could read differently', () => {
  it.each([
    ['two lengths', put('content-length: 5\r\ncontent-length: 6\r\n', `hello${smuggled}`)],
    ['a length and chunks', put('content-length: 5\r\ntransfer-encoding: chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['chunks and a length', put('transfer-encoding: chunked\r\ncontent-length: 5\r\n', `0\r\n\r\n${smuggled}`)],
    ['chunks that are not last', put('transfer-encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`)],
    ['chunks twice', put('transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n', `0\r\n\r\n${smuggled}`)],
    ['an odd encoding', put('transfer-encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['a signed length', put('content-length: +5\r\n', `hello${smuggled}`)],
    ['a list of lengths', put('content-length: 5, 6\r\n', `hello${smuggled}`)],
    ['a length in hexadecimal', put('content-length: 0x5\r\n', `hello${smuggled}`)],
    ['a space before the colon', put('content-length : 5\r\n', `hello${smuggled}`)],
    ['a chunk length that is none', put('transfer-encoding: chunked\r\n', `5;\n5\r\nhello\r\n0\r\n\r\n${smuggled}`)],
    ['a bare carriage return', put('x: a\rcontent-length: 5\r\n', `hello${smuggled}`)],
    ['a null byte in a header', put('x: a\0b\r\n', smuggled)],
    ['a line break in the URL', `PUT /v1/cache/k\r\nx HTTP/1.1\r\nhost: x\r\n\r\n${smuggled}`],
  ])('(%s) is refused, the connection closed and nothing sent to memcached', async (_name, bytes) => {
    const { statuses, isClosed } = await sendRaw(port, bytes);
    expect([statuses.slice(0, 1), isClosed, pool.calls]).toEqual([[400], true, []]);
  });

  it('reaches memcached as nothing but its bytes when they are in key and value', async () => {
    const body = 'x\r\ndelete victim\r\n';
    const { statuses } = await sendRaw(
      port,
      `PUT /v1/cache/a%0d%0adelete%20victim HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
    );
    expect(statuses).toEqual([204]);
    expect(pool.calls).toEqual([`set ~b${Buffer.from('a\r\ndelete victim').toString('base64url')}`]);
  });
});

describe('a body that is too large', () => {
  const gigabyte = 1_000_000_000;
  it('of a gigabyte is refused by what it announces, and not read', async () => {
    const announced = await sendRaw(port, put(`content-length: ${gigabyte}\r\n`, 'x'.repeat(1000)));
    expect([announced.statuses, announced.text]).toEqual([[413], expect.stringContaining('connection: close')]);
    const head = `POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\n`;
    const batch = await sendRaw(port, `${head}content-length: ${gigabyte}\r\n\r\n{`);
    expect([batch.statuses, batch.text]).toEqual([[413], expect.stringContaining('connection: close')]);
  });

  it.each([
    ['PUT /v1/cache/k', 'application/octet-stream', 413],
    ['PATCH /v1/cache/k', 'application/json', 413],
    ['POST /v1/batch', 'application/x-ndjson', 413],
    ['POST /v1/batch', 'application/vnd.lockstep.batch', 400],
  ])('in chunks without end (%s as %s) is cut off', async (line, type, status) => {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', (piece: Buffer) => (answer += piece.toString('latin1')));
    socket.write(`${line} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = `1000\r\n${' '.repeat(0x10_00)}\r\n`;
    let sent = 0;
    while (!socket.destroyed && sent < gigabyte) {
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      else await new Promise((resolve) => setImmediate(resolve));
      sent += chunk.length;
    }
    expect(sent).toBeLessThan(50_000_000);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(pool.items.size).toBe(0);
  });
});

describe('a client that is slow on purpose', () => {
  it.each([
    ['the headers', 'GET /v1/cache/k HTTP/1.1\r\nhost: x\r\n'],
    ['the body', put('content-length: 100\r\n', 'half')],
    [
      'a batch',
      'POST /v1/batch HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ncontent-length: 100\r\n\r\n{',
    ],
  ])('with %s is cut off by the timeouts of the server', async (_name, bytes) => {
    const { statuses, isClosed } = await sendRaw(port, bytes);
    expect([statuses, isClosed, pool.calls]).toEqual([[408], true, []]);
  });
});

describe('headers', () => {
  it('of 64 KiB are refused with 431', async () => {
    const { statuses } = await sendRaw(port, put(`x: ${'a'.repeat(65_536)}\r\n`));
    expect([statuses, pool.calls]).toEqual([[431], []]);
  });

  it('of any text never get more than an answer', async () => {
    const names = [
      'if-match',
      'if-none-match',
      'if-range',
      'range',
      'cache-control',
      'accept-encoding',
      'accept',
    ] as const;
    const more = ['content-type', 'content-encoding', 'x-cache-flags'] as const;
    const text = fc.string({
      unit: fc.constantFrom('"', '*', ',', 'W/', '=', '-', 'bytes', '1', '\t', 'é', 'gzip', ';q', ' '),
    });
    const url = fc.constantFrom('k', 'k?ttl=1', '%ff', 'k?lease=2', 'k?mode=set', 'k?stale=9', '?keys=a,b');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE' as const),
        url,
        fc.dictionary(fc.constantFrom(...names, ...more), text),
        async (method, path, headers) => {
          const slash = path.startsWith('?') ? '' : '/';
          const response = await app.inject({
            method: method as 'GET',
            url: `/v1/cache${slash}${path}`,
            headers,
            payload: method === 'GET' || method === 'HEAD' ? undefined : '1',
          } as never);
          expect(response.statusCode).not.toBe(500);
          const isError = response.statusCode >= 400 && method !== 'HEAD';
          // Methods that a path does not have are the host's to refuse.
          const { code = 'ERR_HOST' } = isError ? response.json<{ code?: string }>() : {};
          expect(code).toMatch(/^(ERR|FST)_/);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
