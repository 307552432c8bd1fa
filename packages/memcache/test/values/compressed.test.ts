import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { bufferCodec, type Codec, compressed, createPylibmcCodec, flagged, stringCodec } from '../../src/index.ts';

const packers = { gzip: gzipSync, zlib: deflateSync, brotli: brotliCompressSync };
const algorithms = ['gzip', 'zlib', 'brotli'] as const;
const mebibyte = 1024 * 1024;

const failure = async (codec: Codec<unknown>, data: Buffer, flags: number): Promise<unknown> => {
  try {
    return await codec.decode(data, flags);
  } catch (error) {
    return error;
  }
};

describe.each(algorithms)('values in %s', (algorithm) => {
  const codec = compressed(bufferCodec, { algorithm, flagBit: 4, maxInflatedBytes: 2 * mebibyte });

  it('are compressed above the size, and marked with the bit', async () => {
    expect(await codec.encode(Buffer.alloc(1024, 'a'))).toEqual({ data: Buffer.alloc(1024, 'a'), flags: 0 });
    const { data, flags } = await codec.encode(Buffer.alloc(1025, 'a'));
    expect(flags).toBe(16);
    expect(data.length).toBeLessThan(100);
    expect(await codec.decode(data, flags)).toEqual(Buffer.alloc(1025, 'a'));
  });

  it.each([2000, 100_000, 2 * mebibyte])('come back whole, %i bytes of them', async (size) => {
    const value = Buffer.alloc(size, 'abcdefghij');
    const { data, flags } = await codec.encode(value);
    expect(flags).toBe(16);
    expect(value.equals(await codec.decode(data, flags))).toBe(true);
  });

  it('stay as they are where compression makes them larger', async () => {
    const random = Buffer.from(
      Array.from({ length: 3000 }, (_, index) => (index * index * 31 + (index >> 3) * 17) % 251),
    );
    const noise = packers[algorithm](random);
    expect(await compressed(bufferCodec, { algorithm, aboveBytes: 0 }).encode(noise)).toEqual({
      data: noise,
      flags: 0,
    });
  });

  it('are refused when they are a bomb, small or large', async () => {
    const bomb = packers[algorithm](Buffer.alloc(8 * mebibyte));
    const inner = packers[algorithm](Buffer.alloc(1024, 'a'));
    const tiny = compressed(bufferCodec, { algorithm, flagBit: 4, maxInflatedBytes: 1000 });
    for (const error of [await failure(codec, bomb, 16), await failure(tiny, inner, 16)]) {
      expect(error).toMatchObject({
        code: 'ERR_MEMCACHE_DECODE',
        message: expect.stringContaining('inflates to more than'),
      });
    }
    expect(() => tiny.encode(Buffer.alloc(1001))).toThrow('above maxInflatedBytes');
  });

  it.each([2000, 1_000_000])('are refused when they are cut, or followed by other bytes (%i bytes)', async (size) => {
    const whole = packers[algorithm](Buffer.from(Array.from({ length: size }, (_, index) => (index * 7919) % 256)));
    const data = [
      whole.subarray(0, whole.length - 3),
      Buffer.concat([whole, Buffer.from('appended')]),
      Buffer.alloc(0),
    ];
    for (const bytes of data) {
      expect(await failure(codec, bytes, 16)).toHaveProperty('code', 'ERR_MEMCACHE_DECODE');
    }
  });
});

describe('compression', () => {
  it('runs at once up to 16 KiB and in a thread above, both ways', async () => {
    const codec = compressed(bufferCodec);
    const small = codec.encode(Buffer.alloc(16 * 1024, 'a'));
    expect(small).not.toBeInstanceOf(Promise);
    const large = codec.encode(Buffer.alloc(16 * 1024 + 1, 'a'));
    expect(large).toBeInstanceOf(Promise);
    const { data, flags } = await small;
    expect(codec.decode(data, flags)).not.toBeInstanceOf(Promise);
    // A kilobyte that inflates to a megabyte must not hold up the event loop either.
    expect(codec.decode(gzipSync(Buffer.alloc(mebibyte)), 8)).toBeInstanceOf(Promise);
    await large;
  });

  it('refuses a bit that the codec uses itself', () => {
    expect(() => compressed(flagged(stringCodec, 8)).encode('x')).toThrow('flagBit 3 is used by the codec');
    expect(() => compressed(createPylibmcCodec(), { flagBit: 4 }).encode('x')).toThrow(RangeError);
  });

  it('takes the highest bit too', async () => {
    const codec = compressed(stringCodec, { flagBit: 31, aboveBytes: 0 });
    const { data, flags } = await codec.encode('a'.repeat(100));
    expect(flags).toBe(2 ** 31);
    expect(await codec.decode(data, flags)).toBe('a'.repeat(100));
  });

  it('checks its options', () => {
    expect(() => compressed(stringCodec, { flagBit: 32 })).toThrow('flagBit must be an integer from 0 to 31');
    expect(() => compressed(stringCodec, { aboveBytes: -1 })).toThrow('aboveBytes');
    expect(() => compressed(stringCodec, { maxInflatedBytes: 0 })).toThrow('maxInflatedBytes');
    expect(() => compressed(stringCodec, { algorithm: 'lzma' as 'gzip' })).toThrow('algorithm cannot be "lzma"');
  });
});
