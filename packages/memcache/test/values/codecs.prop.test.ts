import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  bufferCodec,
  type Codec,
  compressed,
  createPhpCodec,
  createPylibmcCodec,
  createPymemcacheCodec,
  flagged,
  jsonCodec,
  phpCodec,
  pylibmcCodec,
  pymemcacheCodec,
  stringCodec,
} from '../../src/index.ts';
import { msgpackCodec } from '../../src/values/msgpack.ts';
import { codeOf } from '../hammer.ts';

const codecs: readonly Codec<never>[] = [
  bufferCodec,
  stringCodec,
  jsonCodec,
  msgpackCodec,
  phpCodec,
  createPhpCodec({ strings: 'buffer' }),
  pylibmcCodec,
  pymemcacheCodec,
  flagged(jsonCodec, 2),
  compressed(stringCodec, { flagBit: 0, maxInflatedBytes: 4096 }),
  compressed(phpCodec, { algorithm: 'zlib', flagBit: 31 }),
  compressed(jsonCodec, { algorithm: 'brotli', flagBit: 7 }),
] as unknown as Codec<never>[];

async function roundTrip<T>(codec: Codec<T>, value: T): Promise<T> {
  const { data, flags } = await codec.encode(value);
  return codec.decode(data, flags);
}

const bytes = fc.uint8Array({ maxLength: 3000 }).map((array) => Buffer.from(array));
const flags = fc.oneof(fc.nat({ max: 255 }), fc.nat({ max: 0xffff_ffff }));
const text = fc.string({ unit: 'binary', maxLength: 2000 }).filter((value) => !/\p{Surrogate}/u.test(value));
const long = text.map((value) => value.repeat(40));
const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** As the codecs give integers back. */
const asRead = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

describe('what was encoded is decoded to the same', () => {
  it('JSON, compressed or not', async () => {
    const packed = compressed(jsonCodec, { aboveBytes: 0 });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
        const wanted = JSON.parse(JSON.stringify(value)) as unknown;
        expect(await roundTrip(jsonCodec, value)).toEqual(wanted);
        expect(await roundTrip(packed, value)).toEqual(wanted);
      }),
    );
  });

  it('JSON in MessagePack, where it has no key that would be a prototype', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), async (value) => {
        const json = JSON.stringify(value);
        fc.pre(!json.includes('"__proto__":'));
        expect(await roundTrip(msgpackCodec, JSON.parse(json))).toEqual(JSON.parse(json));
      }),
    );
  });

  it('bytes, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (value) => {
        for (const codec of [bufferCodec, pylibmcCodec, pymemcacheCodec] as Codec<Buffer>[]) {
          expect(await roundTrip(codec, value)).toEqual(value);
          for (const algorithm of ['gzip', 'zlib', 'brotli'] as const) {
            expect(await roundTrip(compressed(codec, { algorithm, aboveBytes: 10, flagBit: 9 }), value)).toEqual(value);
          }
        }
        expect(await roundTrip(createPhpCodec({ strings: 'buffer' }), value)).toEqual(value);
      }),
    );
  });

  it('text, short and long', async () => {
    const zlibbed = [
      createPylibmcCodec({ compressAboveBytes: 50 }),
      createPymemcacheCodec({ compressAboveBytes: 50 }),
      createPhpCodec({ compressAboveBytes: 50 }),
    ];
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, long), async (value) => {
        for (const codec of [stringCodec, phpCodec, pylibmcCodec, pymemcacheCodec, ...zlibbed] as Codec<string>[]) {
          expect(await roundTrip(codec, value)).toBe(value);
        }
      }),
    );
  });

  it('integers of 64 bits', async () => {
    await fc.assert(
      fc.asyncProperty(integer, async (value) => {
        for (const codec of [phpCodec, pylibmcCodec, pymemcacheCodec] as Codec<unknown>[]) {
          expect(await roundTrip(codec, value)).toBe(asRead(value));
          expect(await roundTrip(codec, asRead(value))).toBe(asRead(value));
        }
      }),
    );
  });

  it('floats and arrays of PHP', async () => {
    const scalar = fc.oneof(fc.double(), fc.boolean(), fc.constant(null), text, integer.map(asRead));
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        scalar,
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(text, tie('tree'), { minKeys: 1, maxKeys: 5 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.double(), tree), async (value) => {
        fc.pre(!holdsAmbiguousObject(value));
        expect(await roundTrip(phpCodec as Codec<unknown>, value)).toEqual(value);
      }),
    );
  });
});

/** An object that PHP would take for a list: keys 0, 1, 2 … */
function holdsAmbiguousObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const isList = Array.isArray(value);
  const keys = Object.keys(value);
  return (!isList && keys.every((key, index) => key === `${index}`)) || Object.values(value).some(holdsAmbiguousObject);
}

describe('what nobody has encoded', () => {
  const onlyDecode = ['ERR_MEMCACHE_DECODE'];

  /** Every code, or error without one, that the codecs reject it with. */
  const rejectionsOf = async (data: Buffer, found: number): Promise<Set<unknown>> => {
    const outcomes = await Promise.allSettled(codecs.map(async (codec) => codec.decode(data, found)));
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    return new Set(reasons.map(codeOf));
  };

  it('rejects with ERR_MEMCACHE_DECODE and nothing else, for random bytes and flags', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, flags, async (data, found) => {
        expect(onlyDecode).toEqual(expect.arrayContaining([...(await rejectionsOf(data, found))]));
      }),
      { numRuns: 1000 },
    );
  });

  it('rejects what one changed byte or a cut has broken, or reads it as some value, but never throws otherwise', async () => {
    const samples = [
      await phpCodec.encode({ a: [1, 2.5, true, null, 'grün'], 7: { nested: 'x'.repeat(3000) } }),
      await createPhpCodec({ compressAboveBytes: 1e6 }).encode({ a: [1, 2.5, true, null, 'grün'], 7: { nested: 'x' } }),
      await createPylibmcCodec({ compressAboveBytes: 10 }).encode('abc'.repeat(100)),
      await compressed(jsonCodec, { aboveBytes: 1, flagBit: 0 }).encode({ a: 'x'.repeat(100) }),
      msgpackCodec.encode({ a: [1, 2.5, true, null, 'grün', 2n ** 60n] }),
    ];
    const position = fc.nat({ max: 5000 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        position,
        fc.nat({ max: 255 }),
        fc.boolean(),
        async (sample, at, byte, isCut) => {
          const data = Buffer.from(sample.data);
          const offset = at % data.length;
          data[offset] = byte;
          const codes = await rejectionsOf(isCut ? data.subarray(0, offset) : data, sample.flags);
          expect(onlyDecode).toEqual(expect.arrayContaining([...codes]));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
