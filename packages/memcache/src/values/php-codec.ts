import { compress, decompress } from '@lockstep/core/compression';

import type { Codec, Encoded } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import { phpSerialize } from './php-serialize.ts';
import { phpUnserialize } from './php-unserialize.ts';
import { formatPhpFloat, formatPhpInteger, parsePhpFloat, parsePhpInteger, type PhpValue } from './php-value.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** How the codec of php-memcached writes and reads. */
export interface PhpCodecOptions {
  /** How arrays and objects are written; both are read. JSON becomes an object in PHP. @default 'serialize' */
  readonly arrays?: 'serialize' | 'json';
  /** What strings come back as. A string that is no UTF-8 cannot be read as text. @default 'text' */
  readonly strings?: 'text' | 'buffer';
  /** Values of more bytes are compressed with zlib, unless that makes them larger. @default 2000 */
  readonly compressAboveBytes?: number;
  /** The longest value to inflate to. @default 16777216 */
  readonly maxInflatedBytes?: number;
}

/** The types of php-memcached, the lowest four bits of the flags. */
const types = { string: 0, integer: 1, float: 2, boolean: 3, serialized: 4, igbinary: 5, json: 6, msgpack: 7 } as const;
const compressedBits = { any: 0x10, zlib: 0x20, fastlz: 0x40, zstd: 0x80 } as const;
const typeMask = 0xf;
const internalMask = 0xffff;
/** The length before compression comes first, in the byte order of the machine, which is little-endian. */
const lengthBytes = 4;

/**
 * What php-memcached (the PHP extension `memcached`) writes and reads: strings, integers, floats,
 * booleans, null and arrays, compressed with zlib or not. PHP objects, igbinary, msgpack, fastlz and
 * zstd are refused by name: set `memcached.compression_type=zlib` and `memcached.serializer=php` (or
 * `json`) there. The upper 16 bits of the flags belong to the application and are passed over.
 */
export function createPhpCodec(options: PhpCodecOptions = {}): Codec<PhpValue> {
  const { arrays = 'serialize', strings = 'text', compressAboveBytes = 2000 } = options;
  const { maxInflatedBytes = 16 * 1024 * 1024 } = options;
  const name = 'php-memcached';
  const toText = strings === 'text' ? decodeUtf8 : (bytes: Buffer): Buffer => bytes;
  return {
    name,
    encode(value) {
      const plain = encodePlain(value, arrays);
      if (plain.data.length <= compressAboveBytes) return plain;
      return andThen(compress('zlib', plain.data), (packed) => withLength(plain, packed));
    },
    decode: (data, flags) =>
      guardDecode(name, flags, () =>
        andThen(uncompressed(data, flags & internalMask, maxInflatedBytes), (plain) =>
          decodePlain(plain, flags & typeMask, toText),
        ),
      ),
  };
}

/** `createPhpCodec` with its defaults. */
export const phpCodec: Codec<PhpValue> = createPhpCodec();

function encodePlain(value: PhpValue, arrays: 'serialize' | 'json'): Encoded {
  if (typeof value === 'string') return { data: encodeUtf8(value), flags: types.string };
  if (Buffer.isBuffer(value)) return { data: value, flags: types.string };
  if (typeof value === 'boolean') return { data: Buffer.from(value ? '1' : ''), flags: types.boolean };
  if (typeof value === 'bigint' || typeof value === 'number') {
    const integer = formatPhpInteger(value);
    if (integer !== undefined) return { data: Buffer.from(integer), flags: types.integer };
    return { data: Buffer.from(formatPhpFloat(Number(value), 'Infinity', 'NaN')), flags: types.float };
  }
  if (arrays === 'json' && value !== null && typeof value === 'object') {
    return { data: Buffer.from(JSON.stringify(value)), flags: types.json };
  }
  return { data: phpSerialize(value), flags: types.serialized };
}

function withLength(plain: Encoded, packed: Buffer): Encoded {
  const data = Buffer.allocUnsafe(lengthBytes + packed.length);
  if (data.length >= plain.data.length) return plain;
  data.writeUInt32LE(plain.data.length, 0);
  packed.copy(data, lengthBytes);
  return { data, flags: plain.flags | compressedBits.any | compressedBits.zlib };
}

function uncompressed(data: Buffer, flags: number, maxBytes: number): MaybePromise<Buffer> {
  const how = flags & ~typeMask;
  if (how === 0) return data;
  if ((how & compressedBits.fastlz) !== 0) throw refused('compressed with fastlz', 'compression_type=zlib');
  if ((how & compressedBits.zstd) !== 0) throw refused('compressed with zstd', 'compression_type=zlib');
  if (how !== (compressedBits.any | compressedBits.zlib)) throw new Error('php-memcached writes no such flags');
  if (data.length < lengthBytes) throw new Error('it ends too early');
  return andThen(decompress('zlib', data.subarray(lengthBytes), maxBytes), (plain) => {
    if (plain.length !== data.readUInt32LE(0)) throw new Error('it has not the length that it claims');
    return plain;
  });
}

function decodePlain(data: Buffer, type: number, toText: (bytes: Buffer) => string | Buffer): PhpValue {
  if (type === types.string) return toText(data);
  if (type === types.integer) return parsePhpInteger(data.toString('latin1'));
  if (type === types.float) return parsePhpFloat(data.toString('latin1'), 'Infinity');
  if (type === types.boolean) return toBoolean(data.toString('latin1'));
  if (type === types.serialized) return phpUnserialize(data, toText);
  if (type === types.json) return JSON.parse(decodeUtf8(data)) as PhpValue;
  if (type === types.igbinary) throw refused('serialized with igbinary', 'serializer=php');
  if (type === types.msgpack) throw refused('serialized with msgpack', 'serializer=php');
  throw new Error('php-memcached writes no such type');
}

function toBoolean(text: string): boolean {
  if (text !== '' && text !== '1') throw new Error('the bytes are no boolean of PHP');
  return text === '1';
}

function refused(how: string, setting: string): Error {
  return new Error(`it is ${how}, which is not supported: set memcached.${setting} in PHP`);
}
