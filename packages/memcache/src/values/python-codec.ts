import { compress, decompress } from '@lockstep/core/compression';

import type { Codec, Encoded } from './codec.ts';
import { guardDecode } from './decode-error.ts';
import { formatInteger, parseInteger } from './integer-text.ts';
import { andThen, type MaybePromise } from './maybe-promise.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** What the Python clients store without pickle: bytes, str and int. */
export type PythonValue = Buffer | string | number | bigint;

/** How a codec of a Python client writes and reads. */
export interface PythonCodecOptions {
  /** Values of more bytes are compressed with zlib, unless that makes them larger. @default Infinity */
  readonly compressAboveBytes?: number;
  /** The longest value to inflate to. @default 16777216 */
  readonly maxInflatedBytes?: number;
}

/** The bits of the flags that pylibmc and pymemcache agree on. */
export const pythonFlags = { bytes: 0, pickle: 1, integer: 2, long: 4, zlib: 8, text: 16 } as const;

/** What one Python client does in its own way. */
export interface PythonDialect {
  readonly name: string;
  /** The flag of what it writes for an int. */
  readonly integer: number;
}

/** The codec of a Python client. Everything but bytes, str and int is pickled there, and refused here. */
export function createPythonCodec(dialect: PythonDialect, options: PythonCodecOptions): Codec<PythonValue> {
  const { name } = dialect;
  const { compressAboveBytes = Infinity, maxInflatedBytes = 16 * 1024 * 1024 } = options;
  return {
    name,
    encode(value) {
      const plain = encodePlain(dialect, value);
      if (plain.data.length <= compressAboveBytes) return plain;
      return andThen(compress('zlib', plain.data), (data) =>
        data.length < plain.data.length ? { data, flags: plain.flags | pythonFlags.zlib } : plain,
      );
    },
    decode: (data, flags) =>
      guardDecode(name, flags, (): MaybePromise<PythonValue> => {
        if ((flags & pythonFlags.zlib) === 0) return decodePlain(data, flags);
        return andThen(decompress('zlib', data, maxInflatedBytes), (plain) =>
          decodePlain(plain, flags - pythonFlags.zlib),
        );
      }),
  };
}

function encodePlain({ name, integer }: PythonDialect, value: PythonValue): Encoded {
  if (Buffer.isBuffer(value)) return { data: value, flags: pythonFlags.bytes };
  if (typeof value === 'string') return { data: encodeUtf8(value), flags: pythonFlags.text };
  if (typeof value === 'number' || typeof value === 'bigint') {
    return { data: Buffer.from(formatInteger(value), 'latin1'), flags: integer };
  }
  throw new TypeError(`${name} would pickle a value of type ${typeof value}`);
}

function decodePlain(data: Buffer, flags: number): PythonValue {
  if (flags === pythonFlags.bytes) return data;
  if (flags === pythonFlags.text) return decodeUtf8(data);
  if (flags === pythonFlags.integer || flags === pythonFlags.long) return parseInteger(data.toString('latin1'));
  if (flags === pythonFlags.pickle) throw new Error('it is pickled, which only Python can read');
  throw new Error('no value has such flags');
}
