import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type CacheApp, startCacheApp } from '../../start-cache-app.ts';
import { type Frame, fromFrames, type ReplyFrame, toFrames } from './frames.ts';

const FRAMES = 'application/vnd.lockstep.batch';
const LINES = 'application/x-ndjson';
const limits = { maxOps: 200, maxBytes: 100_000, maxReplyBytes: 50_000 };
let cache: CacheApp;
beforeAll(async () => {
  const guard = (key: string | Buffer): boolean => !key.toString().startsWith('secret');
  cache = await startCacheApp({
    nodeCount: 3,
    http: { batch: limits },
    prepare: (app) => app.decorateRequest('allowsKey', guard),
  });
});
afterAll(() => cache[Symbol.asyncDispose]());
beforeEach(() => cache.pool.flushAll());

async function frames(...sent: Frame[]): Promise<ReplyFrame[]> {
  const headers = { 'content-type': FRAMES };
  const response = await cache.app.inject({ method: 'POST', url: '/v1/batch', headers, payload: toFrames(sent) });
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, FRAMES]);
  return fromFrames(response.rawPayload);
}

async function lines(sent: readonly object[]): Promise<unknown[]> {
  const payload = sent.map((line) => JSON.stringify(line)).join('\n');
  const headers = { 'content-type': LINES };
  const response = await cache.app.inject({ method: 'POST', url: '/v1/batch', headers, payload });
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, LINES]);
  return response.body
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

describe('a batch in frames', () => {
  it('carries out everything that single requests do', async () => {
    await cache.pool.set('n', '5');
    await cache.pool.set('a', 'b');
    const { cas } = (await cache.pool.gets('a'))!;
    const done = { status: 'done', flags: 0, value: '' };
    expect(
      await frames(
        { verb: 'set', key: 's', value: 'v', flags: 7, ttl: 60 },
        { verb: 'add', key: 'n', value: 'v' },
        { verb: 'replace', key: 'none', value: 'v' },
        { verb: 'cas', key: 'a', value: 'bb', number: cas! },
        { verb: 'cas', key: 'a', value: 'cc', number: cas! },
        { verb: 'append', key: 'a', value: 'c' },
        { verb: 'prepend', key: 'a', value: 'a' },
        { verb: 'incr', key: 'n', number: 3n },
        { verb: 'decr', key: 'none', number: 3n },
        { verb: 'touch', key: 'n', ttl: 60 },
        { verb: 'delete', key: 'none' },
      ),
    ).toEqual([
      done,
      { ...done, status: 'not-stored' },
      { ...done, status: 'not-stored' },
      done,
      { ...done, status: 'exists' },
      done,
      done,
      { ...done, status: 'count', value: '8' },
      { ...done, status: 'not-found' },
      done,
      { ...done, status: 'not-found' },
    ]);
    expect(await frames({ verb: 'get', key: 's' }, { verb: 'get', key: 'a' }, { verb: 'get', key: 'none' })).toEqual([
      { status: 'hit', flags: 7, value: 'v' },
      { status: 'hit', flags: 0, value: 'abbc' },
      { status: 'miss', flags: 0, value: '' },
    ]);
    expect((await cache.pool.read('s')).ttlSeconds).toBeGreaterThan(50);
  });

  it('runs the operations on one key in their order', async () => {
    const steps = Array.from({ length: 30 }, (_, step): Frame[] => [
      { verb: 'set', key: 'k', value: String(step) },
      { verb: 'get', key: 'k' },
    ]);
    const answers = await frames(...steps.flat());
    expect(answers.filter(({ status }) => status === 'hit').map(({ value }) => value)).toEqual(
      Array.from({ length: 30 }, (_, step) => String(step)),
    );
  });

  it('takes keys of any bytes, and has an outcome for each key that is refused', async () => {
    const key = Buffer.from([0, 255, 32]);
    const answers = await frames(
      { verb: 'set', key, value: 'x' },
      { verb: 'get', key },
      { verb: 'get', key: '' },
      { verb: 'get', key: 'secret' },
    );
    expect(answers.map(({ status, value }) => `${status} ${value}`)).toEqual([
      'done ',
      'hit x',
      'error ERR_MEMCACHE_PROXY_BAD_KEY',
      'error ERR_MEMCACHE_PROXY_FORBIDDEN',
    ]);
    expect((await cache.send('GET', '%00%ff%20')).body).toBe('x');
  });

  it('says of each value that does not fit into the answer that it does not', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => cache.pool.set(key, Buffer.alloc(20_000, key))));
    const answers = await frames(...['a', 'b', 'c'].map((key): Frame => ({ verb: 'get', key })));
    expect(answers.map(({ status }) => status)).toEqual(['hit', 'hit', 'error']);
    expect(answers[2]?.value).toBe('ERR_MEMCACHE_PROXY_BATCH_TOO_LARGE');
  });

  it('has a code for each key whose node is gone', async () => {
    await using lone = await startCacheApp();
    await lone.pool.close();
    const headers = { 'content-type': FRAMES };
    const payload = toFrames([
      { verb: 'get', key: 'k' },
      { verb: 'set', key: 'k', value: 'v' },
    ]);
    const response = await lone.app.inject({ method: 'POST', url: '/v1/batch', headers, payload });
    expect(fromFrames(response.rawPayload).map(({ status, value }) => `${status} ${value}`)).toEqual([
      'error ERR_MEMCACHE_PROXY_READ_FAILED',
      'error ERR_MEMCACHE_PROXY_WRITE_UNKNOWN',
    ]);
  });
});

describe('a batch in lines', () => {
  it('carries text as text and bytes as base64, with the key of each line', async () => {
    const bytes = Buffer.from([255, 0]).toString('base64');
    expect(
      await lines([
        { op: 'set', key: 'ü', value: '鍵' },
        { op: 'set', keyBase64: bytes, valueBase64: bytes, flags: 3 },
        { op: 'incr', key: 'none', delta: 1 },
        { op: 'set', key: 'n', value: '18446744073709551614' },
        { op: 'incr', key: 'n' },
      ]),
    ).toEqual([
      { key: 'ü', status: 'done' },
      { keyBase64: bytes, status: 'done' },
      { key: 'none', status: 'not-found' },
      { key: 'n', status: 'done' },
      { key: 'n', status: 'count', count: '18446744073709551615' },
    ]);
    expect(
      await lines([
        { op: 'get', key: 'ü' },
        { op: 'get', keyBase64: bytes },
        { op: 'get', key: 'secret' },
      ]),
    ).toEqual([
      { key: 'ü', status: 'hit', flags: 0, value: '鍵' },
      { keyBase64: bytes, status: 'hit', flags: 3, valueBase64: bytes },
      { key: 'secret', status: 'error', code: 'ERR_MEMCACHE_PROXY_FORBIDDEN' },
    ]);
  });
});

describe('GET with many keys', () => {
  it('answers in their order, in lines or frames as the client accepts', async () => {
    await Promise.all(['a', 'b,c', 'd e'].map((key) => cache.send('PUT', encodeURIComponent(key), { body: key })));
    const url = '/v1/cache?keys=a,none,b%2Cc&key=d+e&other=1';
    const inLines = await cache.app.inject(url);
    expect(inLines.headers['content-type']).toBe(LINES);
    expect(inLines.body.split('\n')).toEqual([
      '{"key":"a","status":"hit","flags":0,"value":"a"}',
      '{"key":"none","status":"miss"}',
      '{"key":"b,c","status":"hit","flags":0,"value":"b,c"}',
      '{"key":"d e","status":"hit","flags":0,"value":"d e"}',
      '',
    ]);
    const inFrames = await cache.app.inject({ url, headers: { accept: FRAMES } });
    expect(fromFrames(inFrames.rawPayload).map(({ value }) => value)).toEqual(['a', '', 'b,c', 'd e']);
  });

  it.each([
    [`${FRAMES}, */*`, FRAMES],
    [`*/*, ${FRAMES};q=0.5`, LINES],
    [`${LINES};q=0.5, ${FRAMES}`, FRAMES],
    [`${FRAMES};q=0`, LINES],
    ['application/json', LINES],
    ['text/html', LINES],
    ['*/*', LINES],
  ])('to %s answers in %s', async (accept, type) => {
    const { headers } = await cache.app.inject({ url: '/v1/cache?keys=a', headers: { accept } });
    expect(headers['content-type']).toBe(type);
  });

  it('reads more keys than are read at once', async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `many-${index}`);
    await Promise.all(keys.map((key) => cache.pool.set(key, key)));
    const response = await cache.app.inject({ url: `/v1/cache?keys=${keys.join()}`, headers: { accept: FRAMES } });
    expect(fromFrames(response.rawPayload).map(({ value }) => value)).toEqual(keys);
  });

  it.each([
    ['/v1/cache', 400, 'say which keys'],
    ['/v1/cache?keys=%zz', 400, 'two hexadecimal digits'],
    [`/v1/cache?keys=${'k,'.repeat(200)}k`, 413, 'at most 200 keys at once, got 201'],
  ])('refuses %s', async (url, status, detail) => {
    const response = await cache.app.inject(url);
    expect(response.statusCode).toBe(status);
    expect(response.json<{ detail: string }>().detail).toContain(detail);
  });
});

describe('what is no batch', () => {
  it.each([
    [LINES, '{"op":"set","key":"k","value":"v"}\n{', 400, 'BAD_BATCH'],
    [FRAMES, '\u0001', 400, 'BAD_BATCH'],
    [LINES, '\n'.repeat(100_001), 413, 'BATCH_TOO_LARGE'],
    [LINES, '{"op":"get","key":"k"}\n'.repeat(201), 413, 'BATCH_TOO_LARGE'],
  ])('is refused as a whole (%s, %j)', async (type, payload, status, code) => {
    const headers = { 'content-type': type };
    const response = await cache.app.inject({ method: 'POST', url: '/v1/batch', headers, payload });
    expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([
      status,
      `ERR_MEMCACHE_PROXY_${code}`,
    ]);
    expect(await cache.pool.get('k')).toBeUndefined();
  });

  it('is refused for its type', async () => {
    const headers = { 'content-type': 'text/plain' };
    const response = await cache.app.inject({ method: 'POST', url: '/v1/batch', headers, payload: 'x' });
    expect([response.statusCode, response.headers['content-type']]).toEqual([415, 'application/problem+json']);
    expect((await cache.app.inject({ method: 'POST', url: '/v1/batch' })).statusCode).toBe(400);
  });

  it('has no route when batches are off', async () => {
    await using off = await startCacheApp({ http: { batchUrl: false } });
    expect((await off.app.inject({ method: 'POST', url: '/v1/batch' })).statusCode).toBe(404);
  });
});
