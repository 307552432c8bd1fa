import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bytesCodec } from '../../src/codecs/bytes-codec.ts';
import type { Codec } from '../../src/codecs/codec.ts';
import { compressed } from '../../src/codecs/compressed.ts';
import { encrypted } from '../../src/codecs/encrypted.ts';
import { jsonCodec } from '../../src/codecs/json-codec.ts';
import { msgpackCodec } from '../../src/codecs/msgpack-codec.ts';
import { v8Codec } from '../../src/codecs/v8-codec.ts';

const keys = { k1: Buffer.alloc(32, 1), k2: Buffer.alloc(32, 2) };
const secret = { keys, current: 'k1' };
const plain: readonly Codec<unknown>[] = [jsonCodec, v8Codec, msgpackCodec()];
const wrapped = plain.flatMap((codec) => [
  compressed(codec, { aboveBytes: 10 }),
  compressed(codec, { aboveBytes: 0, algorithm: 'brotli' }),
  encrypted(codec, secret),
  encrypted(compressed(codec, { algorithm: 'zlib' }), secret),
]);

/** What goes through a tier comes back as a buffer of its own, or as text. */
async function trip<V>(codec: Codec<V>, value: V, key = 'k'): Promise<V> {
  const encoded = await codec.encode(value, key);
  expect(typeof encoded === 'string').toBe(codec.isText);
  return codec.decode(typeof encoded === 'string' ? encoded : Buffer.from(encoded), key);
}

const json = fc
  .jsonValue({ noUnicodeString: false })
  .filter((value) => !JSON.stringify(value).includes('__proto_') && !hasMinusZero(value));

function hasMinusZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasMinusZero);
  return Object.is(value, -0);
}

describe('the codecs', () => {
  for (const codec of [...plain, ...wrapped]) {
    it(`gives back what it was given: ${codec.name}`, async () => {
      await fc.assert(
        fc.asyncProperty(json, async (value) => {
          expect(await trip(codec, value)).toEqual(value);
        }),
      );
      for (const value of [null, 0, false, '', [], {}, 'x'.repeat(100_000)]) {
        expect(await trip(codec, value)).toEqual(value);
      }
    });

    it(`refuses damaged bytes with ERR_CACHE_DECODE, or reads a value: ${codec.name}`, async () => {
      const bytes = Buffer.from(await codec.encode({ name: 'Ada', list: [1, 2, 3], text: 'x'.repeat(50) }, 'k'));
      const positions = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) });
      await fc.assert(
        fc.asyncProperty(positions, async ({ at, by }) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = damaged[at]! ^ by;
          const input = codec.isText ? damaged.toString() : damaged;
          const outcome = await attempt(() => codec.decode(input, 'k'));
          expect([undefined, 'ERR_CACHE_DECODE']).toContain(outcome);
        }),
      );
    });
  }

  it('gives back bytes of any kind, in a buffer of its own', async () => {
    for (const codec of [bytesCodec, compressed(bytesCodec, { aboveBytes: 0 }), encrypted(bytesCodec, secret)]) {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
          expect(Buffer.from(await trip(codec, bytes))).toEqual(Buffer.from(bytes));
        }),
      );
    }
    expect(() => bytesCodec.encode('text' as never, 'k')).toThrow(TypeError);
  });
});

/** The code of what a call throws or rejects with; undefined when it answers. */
async function attempt(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
