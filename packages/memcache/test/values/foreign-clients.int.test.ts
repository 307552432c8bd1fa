import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  type Codec,
  createMetaDriver,
  createPhpCodec,
  createPylibmcCodec,
  createPymemcacheCodec,
  type MemcacheDriver,
  phpCodec,
  type PhpValue,
  pylibmcCodec,
  pymemcacheCodec,
  type PythonValue,
  withCodec,
} from '../../src/index.ts';
import { type ForeignClient, isInstalled, phpMemcached, pylibmc, pymemcache, runClient } from './foreign-client.ts';

const long = 'grün '.repeat(1000);

const decodeError = (message: RegExp): object => ({
  code: 'ERR_MEMCACHE_DECODE',
  message: expect.stringMatching(message) as string,
});

/** Tests with one client, on a memcached of their own; skipped by name where the client is missing. */
function describeClient(client: ForeignClient, define: (use: () => ForeignSetting) => void): void {
  const present = isInstalled(client);
  describe.skipIf(!present)(`${client.name}${present ? '' : ' (skipped: it is not installed)'}`, () => {
    let server: MemcachedServer;
    let driver: MemcacheDriver;
    let wrote: Record<string, unknown>;
    beforeAll(async () => {
      server = await startMemcached();
      driver = createMetaDriver(server);
      wrote = await runClient(client, ['write', server.host, `${server.port}`]);
    });
    afterAll(async () => {
      await driver.close();
      await server.close();
    });
    const readThere = (keys: readonly string[]): Promise<Record<string, unknown>> =>
      runClient(client, ['read', server.host, `${server.port}`, ...keys]);
    define(() => ({ driver, wrote, readThere }));
  });
}

interface ForeignSetting {
  readonly driver: MemcacheDriver;
  /** What the client's script printed when it had written. */
  readonly wrote: Record<string, unknown>;
  /** What the client reads, as text in its own language. */
  readonly readThere: (keys: readonly string[]) => Promise<Record<string, unknown>>;
}

describeClient(phpMemcached, (use) => {
  it.each<[string, PhpValue]>([
    ['string', 'grün'],
    ['integer', 42],
    ['integer-max', 2n ** 63n - 1n],
    ['integer-min', -(2n ** 63n)],
    ['float', 0.1],
    ['float-whole', 3],
    ['float-large', 1e100],
    ['float-small', 1.5e-7],
    ['infinity', Infinity],
    ['minus-infinity', -Infinity],
    ['not-a-number', NaN],
    ['minus-zero', -0],
    ['true', true],
    ['false', false],
    ['null', null],
    ['list', [1, 2.5, [true, null], 'grün', Infinity]],
    ['map', { x: 1, 7: -1, '08': [] }],
    ['zlib', long],
    ['zlib-list', Array<string>(1000).fill('abc')],
    ['user-flags', 'x'],
    ['json', { x: [1.5, null] }],
  ])('writes %s, and the codec reads it', async (key, value) => {
    expect(await withCodec(use().driver, phpCodec).get(key)).toEqual(value);
  });

  it('writes bytes, which are read as a Buffer when told to', async () => {
    const { driver } = use();
    expect(await withCodec(driver, createPhpCodec({ strings: 'buffer' })).get('bytes')).toEqual(Buffer.from([255, 0]));
    await expect(withCodec(driver, phpCodec).get('bytes')).rejects.toMatchObject(decodeError(/no UTF-8/));
  });

  it('writes what is refused by name', async () => {
    const { driver, wrote } = use();
    const cache = withCodec(driver, phpCodec);
    await expect(cache.get('fastlz')).rejects.toMatchObject(decodeError(/fastlz/));
    await expect(cache.get('object')).rejects.toMatchObject(decodeError(/object/));
    // Both are extensions of PHP that may be missing.
    for (const name of ['igbinary', 'msgpack'].filter((extension) => wrote[extension] === true)) {
      await expect(cache.get(name)).rejects.toMatchObject(decodeError(new RegExp(name)));
    }
  });

  it('reads what the codec writes', async () => {
    const { driver, readThere } = use();
    const cache = withCodec(driver, phpCodec);
    const samples: Record<string, [PhpValue, string]> = {
      'to-string': ['grün', 's:5:"grün";'],
      'to-integer': [-42, 'i:-42;'],
      'to-integer-max': [2n ** 63n - 1n, 'i:9223372036854775807;'],
      'to-float': [0.1, 'd:0.1;'],
      'to-float-small': [1.5e-7, 'd:1.5E-7;'],
      'to-infinity': [-Infinity, 'd:-INF;'],
      'to-minus-zero': [-0, 'd:-0;'],
      'to-true': [true, 'b:1;'],
      'to-false': [false, 'b:0;'],
      'to-null': [null, 'N;'],
      'to-list': [[1, 'a', [NaN, Infinity]], 'a:3:{i:0;i:1;i:1;s:1:"a";i:2;a:2:{i:0;d:NAN;i:1;d:INF;}}'],
      'to-map': [{ x: 1, 7: { '-3': null }, '08': [] }, 'a:3:{i:7;a:1:{i:-3;N;}s:1:"x";i:1;s:2:"08";a:0:{}}'],
      'to-zlib': [long, `s:6000:"${long}";`],
    };
    for (const [key, [value]] of Object.entries(samples)) await cache.set(key, value);
    const wanted = Object.fromEntries(Object.entries(samples).map(([key, [, there]]) => [key, there]));
    expect(await readThere(Object.keys(samples))).toEqual(wanted);
    expect((await driver.get('to-zlib'))!.value.length).toBeLessThan(200);
  });

  it('reads as an object what the codec writes as JSON', async () => {
    const { driver, readThere } = use();
    await withCodec(driver, createPhpCodec({ arrays: 'json' })).set('to-json', { x: [1] });
    expect(await readThere(['to-json'])).toEqual({ 'to-json': 'O:8:"stdClass":1:{s:1:"x";a:1:{i:0;i:1;}}' });
  });
});

describe.each([
  [pylibmc, pylibmcCodec, createPylibmcCodec],
  [pymemcache, pymemcacheCodec, createPymemcacheCodec],
] as const)('a Python client', (client, codec: Codec<PythonValue>, createCodec) => {
  describeClient(client, (use) => {
    it.each<[string, PythonValue]>([
      ['bytes', Buffer.from([255, 0])],
      ['text', 'grün'],
      ['integer', 42],
      ['negative', -7],
      ['large', 2n ** 80n],
      ['zlib-text', long],
      ['zlib-bytes', Buffer.from('abc'.repeat(1000))],
    ])('writes %s, and the codec reads it', async (key, value) => {
      expect(await withCodec(use().driver, codec).get(key)).toEqual(value);
    });

    it('writes what is pickled, which is refused by name', async () => {
      const cache = withCodec(use().driver, codec);
      for (const key of ['none', 'float', 'list', 'zlib-list']) {
        await expect(cache.get(key)).rejects.toMatchObject(decodeError(/pickled/));
      }
    });

    it('reads what the codec writes', async () => {
      const { driver, readThere } = use();
      const cache = withCodec(driver, codec);
      await Promise.all([
        cache.set('to-bytes', Buffer.from([255, 0])),
        cache.set('to-text', 'grün'),
        cache.set('to-empty', ''),
        cache.set('to-integer', -42),
        cache.set('to-large', 2n ** 80n),
        withCodec(driver, createCodec({ compressAboveBytes: 100 })).set('zlib-to-text', long),
        withCodec(driver, createCodec({ compressAboveBytes: 100 })).set('zlib-to-integer', 10n ** 600n),
      ]);
      const keys = ['to-bytes', 'to-text', 'to-empty', 'to-integer', 'to-large', 'zlib-to-text', 'zlib-to-integer'];
      expect(await readThere(keys)).toEqual({
        'to-bytes': String.raw`b'\xff\x00'`,
        'to-text': "'grün'",
        'to-empty': "''",
        'to-integer': '-42',
        'to-large': `${2n ** 80n}`,
        'zlib-to-text': `'${long}'`,
        'zlib-to-integer': `${10n ** 600n}`,
      });
      expect((await driver.get('zlib-to-text'))!.flags).toBe(24);
    });
  });
});

describeClient(pylibmc, (use) => {
  it('writes a bool as an int, which is what it reads itself', async () => {
    const { driver, readThere } = use();
    expect(await withCodec(driver, pylibmcCodec).get('true')).toBe(1);
    expect(await readThere(['true'])).toEqual({ true: '1' });
  });
});
