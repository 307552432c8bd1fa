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

import type { MaybePromise } from './codec.ts';

/** How values are compressed. `deflate` is RFC 1950, with a checksum as gzip has one; brotli has none. */
export type Compression = 'gzip' | 'deflate' | 'brotli';

type Finish = (error: Error | null, result: Buffer) => void;

interface Engine {
  readonly pack: (data: Buffer, done: Finish) => void;
  readonly packSync: (data: Buffer) => Buffer;
  readonly unpack: (data: Buffer, options: { maxOutputLength: number }, done: Finish) => void;
  readonly unpackSync: (data: Buffer, options: { maxOutputLength: number }) => Buffer;
}

/** Up to here the way to a thread and back takes as long as the work. */
const SYNC_BYTES = 16 * 1024;
/** A small input may inflate to a thousand times its size: past this it is left to a thread. */
const SYNC_INFLATED_BYTES = 64 * 1024;
/** Node's own default, 11, is for files that are compressed once. */
const BROTLI_QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const ENGINES: Readonly<Record<Compression, Engine>> = {
  gzip: { pack: gzip, packSync: (data) => gzipSync(data), unpack: gunzip, unpackSync: gunzipSync },
  deflate: { pack: deflate, packSync: (data) => deflateSync(data), unpack: inflate, unpackSync: inflateSync },
  brotli: {
    pack: (data, done) => brotliCompress(data, BROTLI_QUALITY, done),
    packSync: (data) => brotliCompressSync(data, BROTLI_QUALITY),
    unpack: brotliDecompress,
    unpackSync: brotliDecompressSync,
  },
};

/** Compresses: up to 16 KiB at once, above in a thread. */
export function compress(compression: Compression, data: Buffer): MaybePromise<Buffer> {
  const { pack, packSync } = ENGINES[compression];
  if (data.length <= SYNC_BYTES) return packSync(data);
  return inThread((done) => pack(data, done));
}

/**
 * Decompresses, at most `maxBytes`.
 *
 * @throws Error when it is damaged, cut short or larger than that.
 */
export function decompress(compression: Compression, data: Buffer, maxBytes: number): MaybePromise<Buffer> {
  const { unpack, unpackSync } = ENGINES[compression];
  const later = (): Promise<Buffer> => inThread((done) => unpack(data, { maxOutputLength: maxBytes }, done));
  if (data.length > SYNC_BYTES) return later();
  try {
    return unpackSync(data, { maxOutputLength: Math.min(maxBytes, SYNC_INFLATED_BYTES) });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')) throw error;
    return later();
  }
}

function inThread(run: (done: Finish) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    run((error, result) => (error === null ? resolve(result) : reject(error)));
  });
}
