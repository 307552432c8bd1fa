import { describe, expect, it } from 'vitest';

import { HeadReader, isPlainPath, requestLineOf } from '../../../src/http/fast-lane/request-head.ts';

const line = requestLineOf('/v1/cache');
const read = (text: string) => new HeadReader(line).read(Buffer.from(text, 'latin1'));
const get = (fields: string, target = '/v1/cache/user:1'): string => `GET ${target} HTTP/1.1\r\n${fields}\r\n`;

describe('a head that is read in the fast lane', () => {
  it.each([
    'Host: x\r\n',
    'host:x\r\n',
    'HOST: \t cache.example:8080\r\nUser-Agent: wrk/4.1 (linux)\r\nAccept: */*\r\n',
    'Host: [::1]:80\r\nConnection: Keep-Alive\r\nAccept-Encoding: gzip, br\r\nAccept-Language:\r\n',
    'accept: */*\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nhost: x\r\n',
  ])('has only fields that change nothing: %j', (fields) => {
    expect(read(get(fields))).toEqual({ key: 'user:1', authorization: undefined, headBytes: get(fields).length });
  });

  it('has the bearer for the guards', () => {
    expect(read(get('Host: x\r\nAuthorization: Bearer abc=\r\n'))?.authorization).toBe('Bearer abc=');
  });

  it('ends where the next request begins', () => {
    const first = get('Host: x\r\n');
    expect(read(first + get('Host: y\r\n'))?.headBytes).toBe(first.length);
  });

  it('is recognised when it comes again, with another key, and not when it is another head', () => {
    const reader = new HeadReader(line);
    const ask = (text: string) => reader.read(Buffer.from(text, 'latin1'));
    const fields = 'Host: x\r\nAuthorization: Bearer one\r\n';
    expect(ask(get(fields))).toMatchObject({ key: 'user:1', authorization: 'Bearer one' });
    const again = get(fields, '/v1/cache/b');
    expect(ask(again)).toEqual({ key: 'b', authorization: 'Bearer one', headBytes: again.length });
    expect(ask(get('Host: x\r\nAuthorization: Bearer two\r\n'))).toMatchObject({ authorization: 'Bearer two' });
    expect(ask(get('Host: x\r\n'))).toMatchObject({ authorization: undefined });
    expect(ask(get('Host: x\r\nRange: bytes=0-1\r\n'))).toBeUndefined();
    expect(ask(`${get('Host: x\r\n').slice(0, -2)}Range: bytes=0-1\r\n\r\n`)).toBeUndefined();
  });
});

describe('a head that is left to node:http', () => {
  it.each([
    '',
    'Host: x\r\nHost: x\r\n',
    'Host:\r\n',
    'Host: a b\r\n',
    'Host: x\r\nContent-Length: 0\r\n',
    'Host: x\r\nTransfer-Encoding: chunked\r\n',
    'Host: x\r\nConnection: close\r\n',
    'Host: x\r\nConnection: keep-alive, upgrade\r\n',
    'Host: x\r\nUpgrade: h2c\r\n',
    'Host: x\r\nExpect: 100-continue\r\n',
    'Host: x\r\nRange: bytes=0-1\r\n',
    'Host: x\r\nIf-None-Match: "1"\r\n',
    'Host: x\r\nIf-Match: *\r\n',
    'Host: x\r\nCache-Control: no-cache\r\n',
    'Host: x\r\nX-Forwarded-For: 192.0.2.1\r\n',
    'Host: x\r\nForwarded: for=192.0.2.1\r\n',
    'Host: x\r\nX-Anything: 1\r\n',
    'Host: x\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n',
    'Host : x\r\n',
    ' Host: x\r\n',
    'Host: x\r\n folded\r\n',
    'Host: x\nAccept: */*\r\n',
    'Host: x\r\nAccept: a\rb\r\n',
    'Host: x\r\nAccept: a\0b\r\n',
    'Host: x\r\nAccept: \xe9\r\n',
    'Host: x\r\n: nameless\r\n',
    'Host: x\r\nAccept */*\r\n',
  ])('for its fields: %j', (fields) => {
    expect(read(get(fields))).toBeUndefined();
  });

  it.each([
    '/v1/cache/',
    '/v1/cache/a/b',
    '/v1/cache/a?x=1',
    '/v1/cache/a#x',
    '/v1/cache/%61',
    '/v1/cache/a~b',
    '/v1/cache/a;b',
    '/v1/cache/\xe9',
    `/v1/cache/${'k'.repeat(251)}`,
    '/v1/cacheX/a',
    '//v1/cache/a',
    'http://x/v1/cache/a',
    '/v1/other/a',
  ])('for its target: %j', (target) => {
    expect(read(get('Host: x\r\n', target))).toBeUndefined();
  });

  it.each(['HEAD', 'get', 'PUT', ' GET', 'GET '])('for its method: %j', (method) => {
    expect(read(`${method} /v1/cache/a HTTP/1.1\r\nHost: x\r\n\r\n`)).toBeUndefined();
  });

  it.each(['HTTP/1.0', 'HTTP/1.1 ', 'http/1.1', 'HTTP/2.0', ''])('for its version: %j', (version) => {
    expect(read(`GET /v1/cache/a ${version}\r\nHost: x\r\n\r\n`)).toBeUndefined();
  });

  it('wherever it is cut off', () => {
    const text = get('Host: x\r\nAccept: */*\r\n');
    const cut = Array.from({ length: text.length }, (_, length) => read(text.slice(0, length)));
    expect(cut.filter((found) => found !== undefined)).toEqual([]);
  });

  it('when it is longer than the bound', () => {
    const long = get(`Host: x\r\nCookie: ${'c'.repeat(1900)}\r\n`);
    expect(read(long)).toBeDefined();
    expect(read(get(`Host: x\r\nCookie: ${'c'.repeat(2100)}\r\n`))).toBeUndefined();
    expect(new HeadReader(line, 1000).read(Buffer.from(long))).toBeUndefined();
  });
});

/** The shortest of many times, in milliseconds: what else the machine does only makes some of them longer. */
function shortest(rounds: number, work: () => void): number {
  let least = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    const before = performance.now();
    for (let time = 0; time < 20; time += 1) work();
    least = Math.min(least, performance.now() - before);
  }
  return least;
}

it.each([
  ['blanks', ' '],
  ['tabs', '\t'],
])('that is full of %s costs about as much as one that is full of letters', (_, blank) => {
  const start = 'GET /v1/cache/user:1 HTTP/1.1\r\nHost: x\r\nCookie:';
  const [blanks, letters] = [blank, 'c'].map((filler) => Buffer.from(start + filler.repeat(1990), 'latin1'));
  const reader = new HeadReader(line);
  const costOf = (head: Buffer): number => shortest(20, () => void reader.read(head));
  expect(reader.read(blanks!)).toBeUndefined();
  // Tried in every way to cut them in two, blanks cost some hundred times as much.
  expect(costOf(blanks!) / costOf(letters!)).toBeLessThan(20);
});

it.each([
  ['/v1/cache', true],
  ['/a.b/c-d', true],
  ['', false],
  ['/v1/cache/', false],
  ['/:tenant/cache', false],
  ['/v1/%61', false],
])('the path %j is plain: %j', (path, isPlain) => {
  expect(isPlainPath(path)).toBe(isPlain);
});
