import { Buffer } from 'node:buffer';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CacheApp, startCacheApp } from '../start-cache-app.ts';

const MAX = 2_000_000;
const text = 'to be or not to be '.repeat(50);
let cache: CacheApp;
beforeAll(async () => {
  const compression = {
    flagBits: { gzip: 0x2, zlib: { mask: 0x30, skipBytes: 4 }, deflate: 0x4 },
    maxInflatedBytes: MAX,
  };
  cache = await startCacheApp({ http: { compression } });
});
afterAll(() => cache[Symbol.asyncDispose]());

const phpHeader = Buffer.from([1, 2, 3, 4]);
const forms = [
  ['gzip', 0x2, gzipSync(text), gzipSync(text)],
  ['deflate', 0x30, Buffer.concat([phpHeader, deflateSync(text)]), deflateSync(text)],
] as const;

describe.each(forms)('a value of another client in %s', (coding, flags, stored, body) => {
  it('is passed through to a client that takes it', async () => {
    await cache.pool.set(coding, stored, { flags });
    const response = await cache.send('GET', coding, { headers: { 'accept-encoding': `br, ${coding};q=0.1` } });
    expect(response.rawPayload).toEqual(body);
    expect(response.headers).toMatchObject({
      'content-encoding': coding,
      'content-length': String(body.length),
      vary: 'accept-encoding',
    });
  });

  it('is inflated for all others', async () => {
    await cache.pool.set(coding, stored, { flags });
    for (const headers of [{}, { 'accept-encoding': `${coding};q=0` }, { 'accept-encoding': 'identity' }]) {
      const response = await cache.send('GET', coding, { headers });
      expect([response.body, response.headers['content-encoding'], response.headers['vary']]).toEqual([
        text,
        undefined,
        'accept-encoding',
      ]);
    }
  });

  it('has a tag for each form, either of which replaces it', async () => {
    await cache.pool.set(coding, stored, { flags });
    const tags = await Promise.all(
      [coding, 'identity'].map(async (accepted) => {
        const headers = { 'accept-encoding': accepted };
        const [got, head] = [
          await cache.send('GET', coding, { headers }),
          await cache.send('HEAD', coding, { headers }),
        ];
        expect(head.headers['etag']).toBe(got.headers['etag']);
        return got.headers['etag'] as string;
      }),
    );
    expect(tags[0]).not.toBe(tags[1]);
    const unless = { 'if-none-match': tags[1]! };
    expect((await cache.send('GET', coding, { headers: unless })).statusCode).toBe(304);
    expect((await cache.send('GET', coding, { headers: { ...unless, 'accept-encoding': coding } })).statusCode).toBe(
      200,
    );
    expect((await cache.send('PUT', coding, { body: 'x', headers: { 'if-match': tags[1]! } })).statusCode).toBe(204);
  });
});

it('inflates raw deflate for everybody, as HTTP has no name for it', async () => {
  await cache.pool.set('raw', deflateRawSync(text), { flags: 4 });
  const response = await cache.send('GET', 'raw', { headers: { 'accept-encoding': '*' } });
  expect([response.body, response.headers['content-encoding']]).toEqual([text, undefined]);
});

describe('a body that is put with Content-Encoding', () => {
  it.each([
    ['gzip', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['br', brotliCompressSync(text)],
  ])('%s comes back encoded or not, as the client likes', async (coding, body) => {
    const headers = { 'content-type': 'text/plain', 'content-encoding': coding };
    expect((await cache.send('PUT', 'enc', { body, headers })).statusCode).toBe(204);
    const encoded = await cache.send('GET', 'enc', { headers: { 'accept-encoding': coding } });
    expect([encoded.rawPayload, encoded.headers['content-encoding']]).toEqual([body, coding]);
    const plain = await cache.send('GET', 'enc');
    expect([plain.body, plain.headers['content-type']]).toEqual([text, 'text/plain']);
  });

  it('is refused in an encoding that nobody could tell from the flags later', async () => {
    const put = async (headers: Record<string, string>): Promise<number> =>
      (await cache.send('PUT', 'odd', { body: 'x', headers })).statusCode;
    expect(await put({ 'content-encoding': 'compress' })).toBe(415);
    expect(await put({ 'content-encoding': 'gzip, br' })).toBe(415);
    expect(await put({ 'content-encoding': 'gzip', 'x-cache-flags': '0' })).toBe(415);
    expect(await put({ 'content-encoding': 'gzip', 'x-cache-flags': '2' })).toBe(204);
    expect(await put({ 'content-encoding': 'identity' })).toBe(204);
  });

  it('is given in parts of what was stored', async () => {
    const body = gzipSync(text);
    await cache.send('PUT', 'part', { body, headers: { 'content-encoding': 'gzip' } });
    const headers = { 'accept-encoding': 'gzip', range: 'bytes=2-9' };
    const part = await cache.send('GET', 'part', { headers });
    expect([part.statusCode, part.rawPayload]).toEqual([206, body.subarray(2, 10)]);
    expect((await cache.send('GET', 'part', { headers: { range: 'bytes=2-9' } })).statusCode).toBe(200);
  });
});

describe('bounds', () => {
  it.each([
    ['gzip', 2, gzipSync],
    ['raw deflate', 4, deflateRawSync],
  ] as const)('answer 502 to a %s bomb, before memory is taken for it', async (_name, flags, compress) => {
    await cache.pool.set('bomb', compress(Buffer.alloc(200_000_000)), { flags });
    const before = process.memoryUsage().arrayBuffers;
    const all = await Promise.all(Array.from({ length: 8 }, () => cache.send('GET', 'bomb')));
    expect(all.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 8 }, () => 502));
    expect(all[0]?.json()).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_INFLATED_TOO_LARGE' });
    expect(all[0]?.headers['etag']).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
  });

  it('let through what is large but not too large, with its length', async () => {
    const plain = Buffer.alloc(MAX, 'abc');
    await cache.pool.set('large', gzipSync(plain), { flags: 2 });
    const response = await cache.send('GET', 'large');
    expect(response.headers['content-length']).toBe(String(MAX));
    expect(response.rawPayload.equals(plain)).toBe(true);
  });

  it('answer 502 to what is damaged or cut off', async () => {
    const whole = gzipSync(Buffer.alloc(1_000_000, 'abc'));
    for (const value of [Buffer.from('no gzip'), whole.subarray(0, -9), Buffer.alloc(0)]) {
      await cache.pool.set('damaged', value, { flags: 2 });
      const response = await cache.send('GET', 'damaged');
      expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([
        502,
        'ERR_MEMCACHE_PROXY_INFLATE_FAILED',
      ]);
    }
  });
});
