import type { IncomingMessage, ServerResponse } from 'node:http';

import { type Loaded, unchanged } from '@lockstep/refresh';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createHttpLoader, type HttpLoaderOptions } from '../../src/loader/http/http-loader.ts';
import { loadRequest } from '../fixtures/load-request.ts';
import { type HttpSource, startSource } from '../fixtures/start-source.ts';

let source: HttpSource;
beforeEach(async () => {
  source = await startSource();
});
afterEach(() => source[Symbol.asyncDispose]());

type Result = Loaded<unknown> | typeof unchanged;

async function load(
  options: Partial<HttpLoaderOptions> = {},
  request: Parameters<typeof loadRequest> = ['oslo'],
): Promise<Result> {
  await using loader = createHttpLoader({
    url: `${source.origin}/coupons?city={id}`,
    headers: {},
    isList: true,
    maxBytes: 1000,
    connections: 2,
    timeoutMs: 5000,
    ...options,
  });
  return await loader.load(loadRequest(...request));
}

const codeOf = (loading: Promise<unknown>): Promise<unknown> =>
  loading.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );
const validatorOf = (result: Result): string | undefined => (result === unchanged ? undefined : result.validator);

describe('an HTTP loader', () => {
  it('gets the list that a JSON Pointer names, with its headers', async () => {
    source.answer = (_request, response) => response.end('{"data":{"a/b":[{"id":1}]}}');
    const headers = { authorization: 'Bearer s3cret' };
    expect(await load({ items: '/data/a~1b', headers })).toEqual({ data: [{ id: 1 }], validator: undefined });
    expect(source.requests[0]).toMatchObject({
      method: 'GET',
      url: '/coupons?city=oslo',
      headers: { authorization: 'Bearer s3cret', accept: 'application/json', 'accept-encoding': 'identity' },
    });
  });

  it('puts the parameters of an id in their places by name, and refuses an id without them', async () => {
    const options = { url: `${source.origin}/shops/{shop}/coupons?city={city}&of={shop}&raw={id}` };
    const params = { shop: 'a:b/c', city: 'køln $&' };
    await load(options, ['a%3Ab%2Fc:k%C3%B8ln%20%24%26', { params }]);
    expect(source.requests[0]?.url).toBe(
      '/shops/a%3Ab%2Fc/coupons?city=k%C3%B8ln%20%24%26&of=a%3Ab%2Fc&raw=a%253Ab%252Fc%3Ak%25C3%25B8ln%2520%2524%2526',
    );
    for (const bad of [{}, { shop: 'a' }, { shop: '', city: 'b' }, { shop: '..', city: 'b' }]) {
      expect(await codeOf(load(options, ['a:b', { params: bad }]))).toBe('ERR_REFRESHER_ID');
    }
    const inherited = { url: `${source.origin}/{toString}` };
    expect(await codeOf(load(inherited, ['a', { params: {} }]))).toBe('ERR_REFRESHER_ID');
    expect(source.requests).toHaveLength(1);
  });

  it('encodes an id, and lets none change the path', async () => {
    await load({}, ['a b&c=d#/é?{id}$&']);
    expect(source.requests[0]?.url).toBe('/coupons?city=a%20b%26c%3Dd%23%2F%C3%A9%3F%7Bid%7D%24%26');
    const inPath = { url: `${source.origin}/shops/{id}/coupons` };
    await load(inPath, ['a/b']);
    expect(source.requests[1]?.url).toBe('/shops/a%2Fb/coupons');
    for (const id of ['..', '.', '\ud800']) expect(await codeOf(load(inPath, [id]))).toBe('ERR_REFRESHER_ID');
    await load(inPath, ['...']);
    expect(source.requests).toHaveLength(3);
  });

  it('refuses a key with an id too many, or too few', async () => {
    expect(await codeOf(load({}, ['']))).toBe('ERR_REFRESHER_ID');
    expect(await codeOf(load({ url: `${source.origin}/all` }, ['oslo']))).toBe('ERR_REFRESHER_ID');
    expect(source.requests).toEqual([]);
  });

  it('asks again with the validator of the answer before, and knows "not modified"', async () => {
    const modified = 'Thu, 01 Jan 2026 00:00:00 GMT';
    source.answer = ({ headers }: IncomingMessage, response: ServerResponse) => {
      const isKnown = headers['if-none-match'] === '"v1"' && headers['if-modified-since'] === modified;
      response.writeHead(isKnown ? 304 : 200, { etag: '"v1"', 'last-modified': modified }).end(isKnown ? '' : '[1]');
    };
    const validator = validatorOf(await load());
    expect(await load({}, ['oslo', { validator }])).toBe(unchanged);
    // What is asked for is something else after a change of the topology.
    expect(await load({ items: '' }, ['oslo', { validator }])).toBe(unchanged);
    expect(await load({ isList: false }, ['oslo', { validator }])).toMatchObject({ data: [1] });
    expect(await load({}, ['oslo', { validator: 'of another loader' }])).toMatchObject({ data: [1] });
  });

  it('does not take "not modified" for an answer that nobody asked for', async () => {
    source.answer = (_request, response) => response.writeHead(304).end();
    expect(await codeOf(load())).toBe('ERR_REFRESHER_ANSWER');
  });

  it('refuses redirects, or follows a few within the origin', async () => {
    const redirectTo =
      (location: string): HttpSource['answer'] =>
      ({ url }, response) =>
        url === '/there' ? response.end('[7]') : response.writeHead(302, { location }).end();
    source.answer = redirectTo('/there');
    await expect(load()).rejects.toThrow('the source answers 302; redirects are refused');
    expect(await load({ redirects: 'same-origin' })).toMatchObject({ data: [7] });
    source.answer = redirectTo('http://localhost:1/there');
    await expect(load({ redirects: 'same-origin' })).rejects.toThrow('to another origin');
    source.answer = redirectTo('/loop');
    await expect(load({ redirects: 'same-origin' })).rejects.toThrow('more than 3 redirects');
  });

  it('takes no more bytes than it may, whether they are announced or not', async () => {
    const long = JSON.stringify(['x'.repeat(1000)]);
    source.answer = (_request, response) => response.writeHead(200, { 'content-length': long.length }).end(long);
    expect(await codeOf(load())).toBe('ERR_REFRESHER_TOO_LARGE');
    source.answer = (_request, response) => {
      response.write(long.slice(0, 600));
      response.end(long.slice(600));
    };
    expect(await codeOf(load())).toBe('ERR_REFRESHER_TOO_LARGE');
    expect(await load({ maxBytes: 2000 })).toMatchObject({ data: ['x'.repeat(1000)] });
  });

  it.each([
    ['a failure', 500, '[]', 'the source answers 500'],
    ['something that is not there', 404, '[]', 'the source answers 404'],
    ['no JSON', 200, '<html>s3cret', 'the answer is not JSON in UTF-8'],
    ['no list', 200, '{"data":{}}', 'the answer has no list at /data'],
    ['nothing at the place', 200, '{"other":[]}', 'the answer has nothing at /data'],
  ])('refuses %s', async (_what, status, body, message) => {
    source.answer = (_request, response) => response.writeHead(status).end(body);
    await expect(load({ items: '/data' })).rejects.toThrow(message);
  });

  it('refuses text that is not UTF-8, and what is compressed', async () => {
    source.answer = (_request, response) => response.end(Buffer.from('["\xff"]', 'latin1'));
    expect(await codeOf(load())).toBe('ERR_REFRESHER_ANSWER');
    source.answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('[]');
    await expect(load()).rejects.toThrow('the answer is compressed');
  });

  it('takes 404 and 410 as empty where it is told to', async () => {
    source.answer = (_request, response) => response.writeHead(404).end('no such city');
    expect(await load({ notFound: 'empty' })).toEqual({ data: [] });
    expect(await load({ notFound: 'empty', isList: false })).toEqual({ data: null });
  });

  it('ends with its signal, whether the source is silent or stops in the middle', async () => {
    for (const begin of [false, true]) {
      const stop = new AbortController();
      source.answer = (_request, response) => {
        if (begin) response.write('[');
        setTimeout(() => stop.abort(new Error('given up')), 20);
      };
      await expect(load({}, ['oslo', { signal: stop.signal }])).rejects.toThrow('given up');
    }
  });

  it('says what broke off, or that nobody is there', async () => {
    source.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('[');
      response.socket?.destroy();
    };
    expect(await codeOf(load())).toBe('ERR_REFRESHER_UNREACHABLE');
    expect(await codeOf(load({ url: 'http://127.0.0.1:1/' }, ['']))).toBe('ERR_REFRESHER_UNREACHABLE');
  });
});
