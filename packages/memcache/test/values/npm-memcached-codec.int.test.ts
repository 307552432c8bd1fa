import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import Memcached from 'memcached';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createMetaDriver, type MemcacheDriver, npmMemcachedCodec, withCodec } from '../../src/index.ts';

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const samples: readonly (readonly [string, unknown])[] = [
  ['text', 'grün 🔑'],
  ['empty', ''],
  ['lines', 'a\r\nb\\\nc\\\\\r'],
  ['integer', -42],
  ['float', 1.5e-7],
  ['infinity', Infinity],
  ['not-a-number', NaN],
  ['bytes', everyByte],
  ['object', { x: [1, null, 'grün\n'] }],
  ['list', []],
  ['true', true],
  ['null', null],
];

let server: MemcachedServer;
let driver: MemcacheDriver;
let client: Memcached;

beforeAll(async () => {
  server = await startMemcached();
  driver = createMetaDriver(server);
  client = new Memcached(`${server.host}:${server.port}`);
});
afterAll(async () => {
  client.end();
  await driver.close();
  await server.close();
});

describe('the codec of npm memcached', () => {
  it.each(samples)('reads what the client wrote: %s', async (key, value) => {
    await new Promise<void>((resolve, reject) => {
      client.set(`there:${key}`, value, 60, (error: Error | undefined) =>
        error === undefined ? resolve() : reject(error),
      );
    });
    expect(await withCodec(driver, npmMemcachedCodec).get(`there:${key}`)).toEqual(value);
  });

  it.each(samples)('writes what the client reads: %s', async (key, value) => {
    await withCodec(driver, npmMemcachedCodec).set(`here:${key}`, value);
    const got = await new Promise((resolve, reject) => {
      client.get(`here:${key}`, (error: Error | undefined, found: unknown) =>
        error === undefined ? resolve(found) : reject(error),
      );
    });
    expect(got).toEqual(value);
  });

  it.each([
    ['flags of somebody else', 'x', 1],
    ['a number that is none', '12x', 8],
    ['no number at all', '', 8],
    ['broken JSON', '{', 2],
    ['a character above 255 for a byte', '€', 4],
  ])('refuses %s', (_name, text, flags) => {
    expect(() => npmMemcachedCodec.decode(Buffer.from(text), flags)).toThrow(/"npm-memcached" cannot decode/);
  });

  it('refuses to write what has no form there', () => {
    expect(() => npmMemcachedCodec.encode(undefined)).toThrow('a value of type undefined has no JSON form');
  });
});
