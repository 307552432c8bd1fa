import { describe, expect, it } from 'vitest';

import { compress, type Compression, decompress } from '../src/compression.ts';

const algorithms: readonly Compression[] = ['gzip', 'zlib', 'brotli'];
/** Does not compress well. */
const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, (_, i) => (i * i * 31 + (i >> 3)) & 255));

describe.each(algorithms)('%s', (algorithm) => {
  it.each([0, 1, 16_384, 16_385, 300_000])('gives %i bytes back', async (length) => {
    const packed = await compress(algorithm, noise(length));
    expect((await decompress(algorithm, packed, 1_000_000)).equals(noise(length))).toBe(true);
  });

  it('does little at once, and much in a thread', async () => {
    expect(compress(algorithm, noise(16_384))).toBeInstanceOf(Buffer);
    const later = compress(algorithm, noise(16_385));
    expect(later).toBeInstanceOf(Promise);
    const bomb = await compress(algorithm, Buffer.alloc(1_000_000));
    const inflated = decompress(algorithm, bomb, 1_000_000);
    expect(inflated).toBeInstanceOf(Promise);
    expect((await inflated).length).toBe(1_000_000);
    await later;
  });

  it('refuses what inflates to more than it may, is cut short, damaged or followed by something', async () => {
    const inflate = async (data: Buffer, maxBytes = 1000): Promise<Buffer> => decompress(algorithm, data, maxBytes);
    const packed = await compress(algorithm, Buffer.from('lockstep'.repeat(100)));
    await expect(inflate(packed, 799)).rejects.toThrow('it inflates to more than 799 bytes');
    expect(await inflate(packed, 800)).toHaveLength(800);
    await expect(inflate(packed.subarray(0, -3))).rejects.toThrow(/unexpected end of file|Decompression failed/);
    await expect(inflate(Buffer.concat([packed, Buffer.from('tail')]))).rejects.toThrow(
      /4 bytes follow|incorrect header/,
    );
    await expect(inflate(Buffer.from('nothing of the kind'))).rejects.toThrow(/incorrect|Decompression failed/);
  });
});
