import {
  brotliCompress,
  brotliCompressSync,
  brotliDecompress,
  brotliDecompressSync,
  constants,
  deflate,
  deflateSync,
  gunzip,
  gunzipSync,
  gzip,
  gzipSync,
  inflate,
  inflateSync,
} from 'node:zlib';

/** How values are compressed. `zlib` is deflate with zlib's header and checksum, RFC 1950. */
export type Compression = 'gzip' | 'zlib' | 'brotli';

/** What zlib answers with `info`: also how many bytes of the input it has used. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

type Finish<T> = (error: Error | null, result: T) => void;

interface Engine {
  readonly pack: (data: Buffer, done: Finish<Buffer>) => void;
  readonly packSync: (data: Buffer) => Buffer;
  readonly unpack: (data: Buffer, options: object, done: Finish<unknown>) => void;
  readonly unpackSync: (data: Buffer, options: object) => unknown;
}

/**
 * Up to here zlib runs on the event loop: 16 KiB take it 0.1 to 0.25 ms, as long as the way to a
 * thread and back, and 1 MiB takes it 16 ms.
 */
const syncBytes = 16 * 1024;
/** A small input may inflate to a thousand times its size: past this it is left to a thread. */
const syncInflatedBytes = 64 * 1024;
/** Node's own default, 11, is for files that are compressed once: 50 times slower for 10 % less. */
const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const engines: Readonly<Record<Compression, Engine>> = {
  gzip: { pack: gzip, packSync: gzipSync, unpack: gunzip, unpackSync: gunzipSync },
  zlib: { pack: deflate, packSync: deflateSync, unpack: inflate, unpackSync: inflateSync },
  brotli: {
    pack: (data, done) => brotliCompress(data, brotliOptions, done),
    packSync: (data) => brotliCompressSync(data, brotliOptions),
    unpack: brotliDecompress,
    unpackSync: brotliDecompressSync,
  },
};

/** Compresses: up to 16 KiB at once, above in a thread. */
export function compress(compression: Compression, data: Buffer): Buffer | Promise<Buffer> {
  const { pack, packSync } = engines[compression];
  if (data.length <= syncBytes) return packSync(data);
  return new Promise((resolve, reject) => {
    pack(data, (error, packed) => (error === null ? resolve(packed) : reject(error)));
  });
}

/**
 * Decompresses all of `data`, at most `maxBytes` of it.
 *
 * @throws Error when it is damaged, cut short, followed by something else, or larger than that.
 */
export function decompress(compression: Compression, data: Buffer, maxBytes: number): Buffer | Promise<Buffer> {
  const { unpackSync } = engines[compression];
  if (data.length > syncBytes) return decompressInThread(compression, data, maxBytes);
  const limit = Math.min(maxBytes, syncInflatedBytes);
  try {
    return wholeOf(data, unpackSync(data, { info: true, maxOutputLength: limit }));
  } catch (error) {
    if (!isTooLarge(error)) throw error;
    return decompressInThread(compression, data, maxBytes);
  }
}

function decompressInThread(compression: Compression, data: Buffer, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    engines[compression].unpack(data, { info: true, maxOutputLength: maxBytes }, (error, result) => {
      if (error !== null) {
        reject(isTooLarge(error) ? tooLarge(maxBytes, error) : error);
        return;
      }
      try {
        resolve(wholeOf(data, result));
      } catch (incomplete) {
        reject(incomplete);
      }
    });
  });
}

/** zlib passes over what follows the end of the stream, such as what somebody has appended to a value. */
function wholeOf(data: Buffer, result: unknown): Buffer {
  const { buffer, engine } = result as Inflated;
  if (engine.bytesWritten === data.length) return buffer;
  throw new Error(`${data.length - engine.bytesWritten} bytes follow the compressed value`);
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(maxBytes: number, cause: unknown): Error {
  return new Error(`it inflates to more than ${maxBytes} bytes`, { cause });
}
