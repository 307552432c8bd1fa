import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import {
  bufferCodec,
  checked,
  type Codec,
  createPhpCodec,
  flagged,
  jsonCodec,
  phpCodec,
  type PhpValue,
  pylibmcCodec,
  pymemcacheCodec,
  stringCodec,
} from '../../src/index.ts';
import { msgpackCodec } from '../../src/values/msgpack.ts';

const refusal = (message: RegExp): object => ({
  code: 'ERR_MEMCACHE_DECODE',
  message: expect.stringMatching(message) as string,
});

async function decoding(codec: Codec<unknown>, data: Buffer | string, flags: number): Promise<unknown> {
  return codec.decode(Buffer.from(data), flags);
}

/** Flags and text of what a codec writes. */
async function written<T>(codec: Codec<T>, value: T): Promise<[number, string]> {
  const { data, flags } = await codec.encode(value);
  return [flags, data.toString('latin1')];
}

describe('the codecs of this package', () => {
  it('read no flags but their own, as another client may mean another type by them', async () => {
    for (const codec of [stringCodec, jsonCodec, msgpackCodec] as Codec<unknown>[]) {
      await expect(decoding(codec, '"1"', 1)).rejects.toMatchObject(refusal(/flags 1.*it expects flags 0/));
    }
    expect(await decoding(bufferCodec, 'as it is', 7)).toEqual(Buffer.from('as it is'));
  });

  it('name the codec and keep the cause', async () => {
    const error: unknown = await decoding(jsonCodec, '{', 0).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ ...refusal(/the codec "json" cannot decode/), cause: expect.any(SyntaxError) });
  });

  it('refuse bytes that are no UTF-8 instead of putting other characters in their place', async () => {
    const broken = Buffer.from([0x22, 0xff, 0x22]);
    for (const [codec, flags] of [
      [stringCodec, 0],
      [jsonCodec, 0],
      [phpCodec, 0],
      [pylibmcCodec, 16],
    ] as const) {
      await expect(decoding(codec as Codec<unknown>, broken, flags)).rejects.toMatchObject(refusal(/no UTF-8/));
    }
    expect(() => stringCodec.encode('\ud800')).toThrow(TypeError);
  });

  it('refuse to write what has no JSON form', () => {
    expect(() => jsonCodec.encode(undefined)).toThrow('type undefined has no JSON form');
    expect(() => jsonCodec.encode(1n)).toThrow(TypeError);
  });

  it('keep 64-bit integers, bytes and dates in MessagePack', () => {
    const value = { big: 2n ** 60n, bytes: Buffer.from([0, 255]), date: new Date(12_345) };
    expect(msgpackCodec.decode(msgpackCodec.encode(value).data, 0)).toEqual(value);
  });

  it('refuse in MessagePack the key that msgpackr would rename, and no other', async () => {
    const value: unknown = JSON.parse('[{"a":{"__proto__":1}}]');
    expect(() => msgpackCodec.encode(value)).toThrow('the key __proto__');
    const bytes = Buffer.concat([Buffer.from([0x91, 0x81, 0xa9]), Buffer.from('__proto__'), Buffer.from([1])]);
    await expect(decoding(msgpackCodec, bytes, 0)).rejects.toMatchObject(refusal(/the key __proto__/));
    const harmless = [{ __proto_: 1 }, '__proto__ in a text', null];
    expect(msgpackCodec.decode(msgpackCodec.encode(harmless[1]).data, 0)).toEqual(harmless[1]);
    expect(msgpackCodec.decode(msgpackCodec.encode(harmless[0]).data, 0)).toEqual(harmless[0]);
    expect(jsonCodec.decode(jsonCodec.encode(value).data, 0)).toEqual(value);
  });

  it('give a type to unknown values, and refuse those that are not of it', async () => {
    const isUser = (value: unknown): value is { id: number } =>
      typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number';
    const users: Codec<{ id: number }> = checked(jsonCodec, isUser);
    expect(await users.decode((await users.encode({ id: 7 })).data, 0)).toEqual({ id: 7 });
    await expect(decoding(users, '{"id":"7"}', 0)).rejects.toMatchObject(refusal(/not of the expected type/));
  });

  it('write and read the flags that they are told to', async () => {
    const shared = flagged(jsonCodec, 2);
    expect(await written(shared, [1])).toEqual([2, '[1]']);
    expect(await decoding(shared, '[1]', 2)).toEqual([1]);
    await expect(decoding(shared, '[1]', 0)).rejects.toMatchObject(refusal(/it expects flags 2/));
    expect(() => flagged(jsonCodec, -1)).toThrow(RangeError);
  });
});

describe('the codec of php-memcached', () => {
  it.each<[PhpValue, number, string]>([
    ['grün', 0, 'gr\xc3\xbcn'],
    [42, 1, '42'],
    [-(2n ** 63n), 1, '-9223372036854775808'],
    [0.1, 2, '0.1'],
    [-0, 2, '-0'],
    [-Infinity, 2, '-Infinity'],
    [1e21, 2, '1e+21'],
    [true, 3, '1'],
    [false, 3, ''],
    [null, 4, 'N;'],
    [[1, 1.5, 'a'], 4, 'a:3:{i:0;i:1;i:1;d:1.5;i:2;s:1:"a";}'],
    [{ 7: true, '07': null, x: -Infinity }, 4, 'a:3:{i:7;b:1;s:2:"07";N;s:1:"x";d:-INF;}'],
  ])('writes %o as PHP does', async (value, flags, text) => {
    expect(await written(phpCodec, value)).toEqual([flags, text]);
    expect(await decoding(phpCodec, Buffer.from(text, 'latin1'), flags)).toEqual(value);
  });

  it('reads a key that would be a prototype as a key', async () => {
    const value = (await decoding(phpCodec, 'a:1:{s:9:"__proto__";i:1;}', 4)) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it('passes over the flags that belong to the application', async () => {
    expect(await decoding(phpCodec, '42', 0x1234_0001)).toBe(42);
  });

  it('refuses by name what it does not read', async () => {
    await expect(decoding(phpCodec, 'x', 0x50)).rejects.toMatchObject(refusal(/fastlz.*compression_type=zlib/));
    await expect(decoding(phpCodec, 'x', 0x90)).rejects.toMatchObject(refusal(/zstd/));
    await expect(decoding(phpCodec, 'x', 5)).rejects.toMatchObject(refusal(/igbinary.*serializer=php/));
    await expect(decoding(phpCodec, 'x', 7)).rejects.toMatchObject(refusal(/msgpack/));
    await expect(decoding(phpCodec, 'x', 8)).rejects.toMatchObject(refusal(/no such type/));
    await expect(decoding(phpCodec, 'x', 0x20)).rejects.toMatchObject(refusal(/no such flags/));
    await expect(decoding(phpCodec, 'O:8:"stdClass":0:{}', 4)).rejects.toMatchObject(
      refusal(/an object or a reference/),
    );
  });

  it('refuses values that are cut, longer than they say, or nested without end', async () => {
    const packed = Buffer.concat([Buffer.from([3, 0, 0, 0]), deflateSync('abcd')]);
    await expect(decoding(phpCodec, packed, 0x30)).rejects.toMatchObject(refusal(/not the length that it claims/));
    await expect(decoding(phpCodec, 'abc', 0x30)).rejects.toMatchObject(refusal(/ends too early/));
    await expect(decoding(phpCodec, 'i:1;i:2;', 4)).rejects.toMatchObject(refusal(/not what PHP's serialize writes/));
    await expect(decoding(phpCodec, 's:9:"abc";', 4)).rejects.toMatchObject(refusal(/ends too early/));
    const deep = `${'a:1:{i:0;'.repeat(50_000)}N;${'}'.repeat(50_000)}`;
    await expect(decoding(phpCodec, deep, 4)).rejects.toMatchObject(refusal(/nested deeper than 200/));
    await expect(decoding(phpCodec, '9223372036854775808', 1)).rejects.toMatchObject(refusal(/more than 64 bits/));
    await expect(decoding(phpCodec, 'yes', 3)).rejects.toMatchObject(refusal(/no boolean/));
  });

  it('refuses to write what PHP has no counterpart for', () => {
    const itself: unknown[] = [];
    itself.push(itself);
    for (const value of [undefined, [undefined], () => 1, { at: new Date() }, new Map()] as never[]) {
      expect(() => phpCodec.encode(value)).toThrow('no counterpart in PHP');
    }
    expect(() => phpCodec.encode(itself as never)).toThrow('contains itself');
    expect(() => phpCodec.encode(2n ** 63n)).toThrow('64-bit integers');
  });

  it('writes arrays as JSON when told to', async () => {
    expect(await written(createPhpCodec({ arrays: 'json' }), { a: [1] })).toEqual([6, '{"a":[1]}']);
    expect(await decoding(phpCodec, '{"a":[1]}', 6)).toEqual({ a: [1] });
  });
});

describe('the codecs of the Python clients', () => {
  it.each([pylibmcCodec, pymemcacheCodec])('refuse what is pickled, by name', async (codec) => {
    await expect(decoding(codec, 'x', 1)).rejects.toMatchObject(refusal(/pickled/));
    await expect(decoding(codec, deflateSync('x'), 9)).rejects.toMatchObject(refusal(/pickled/));
    await expect(decoding(codec, 'x', 32)).rejects.toMatchObject(refusal(/no value has such flags/));
    for (const value of [true, null, [1], {}] as never[]) expect(() => codec.encode(value)).toThrow('would pickle');
    expect(() => codec.encode(0.5)).toThrow('no whole number');
    expect(() => codec.encode(2 ** 53)).toThrow('use a bigint');
  });

  it('tell bytes from text and integers apart by their flags, each as its client does', async () => {
    expect(await written(pylibmcCodec, 7)).toEqual([4, '7']);
    expect(await written(pymemcacheCodec, 7)).toEqual([2, '7']);
    for (const codec of [pylibmcCodec, pymemcacheCodec]) {
      expect(await written(codec, 'ü')).toEqual([16, '\xc3\xbc']);
      expect(await written(codec, Buffer.from([255]))).toEqual([0, '\xff']);
    }
  });

  it('refuse an integer so long that reading it would take long', async () => {
    await expect(decoding(pylibmcCodec, '9'.repeat(1_000_000), 4)).rejects.toMatchObject(refusal(/no whole number/));
  });

  it('refuse bytes that are no zlib stream', async () => {
    for (const data of [gzipSync('x'), deflateRawSync('x'), Buffer.from('x')]) {
      await expect(decoding(pymemcacheCodec, data, 24)).rejects.toHaveProperty('code', 'ERR_MEMCACHE_DECODE');
    }
  });
});
