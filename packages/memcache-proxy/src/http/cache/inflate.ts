import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';

import { MemcacheProxyError } from '../../memcache-proxy-error.ts';
import type { Compression } from './compression.ts';

/** What an inflated value is sent from. */
export type Inflated =
  | { readonly kind: 'whole'; readonly body: Buffer }
  /** Too large to hold: `open` inflates once more while it is sent. */
  | { readonly kind: 'stream'; readonly length: number; readonly open: () => NodeJS.ReadableStream };

/** Up to here the inflated body is kept while its size is not known. */
const MAX_HELD_BYTES = 256 * 1024;

/** How `inflate` is bounded. */
export interface InflateOptions {
  readonly maxInflatedBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Inflates a value. It is inflated to its end before anything is answered, so that damage and bombs
 * become an honest error; what has more than 256 KiB is not kept then, but inflated a second time
 * while it is sent.
 *
 * @throws MemcacheProxyError ERR_MEMCACHE_PROXY_INFLATED_TOO_LARGE, and ERR_MEMCACHE_PROXY_INFLATE_FAILED
 * for what is not compressed data or cannot be inflated by this release of Node.
 */
export async function inflate(data: Buffer, compression: Compression, options: InflateOptions): Promise<Inflated> {
  const { maxInflatedBytes, signal } = options;
  const pieces: Buffer[] = [];
  let length = 0;
  const count = new Writable({
    write(piece: Buffer, _encoding, done) {
      length += piece.length;
      if (length <= MAX_HELD_BYTES) pieces.push(piece);
      else pieces.length = 0;
      done(length > maxInflatedBytes ? tooLarge(maxInflatedBytes) : null);
    },
  });
  const inflater = inflaters[compression]();
  const counted = pipeline(inflater, count, { signal });
  inflater.end(data);
  try {
    await counted;
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof MemcacheProxyError) throw cause;
    throw failed(`the value is no ${compression} data, or not all of it`, cause);
  }
  if (length <= MAX_HELD_BYTES) return { kind: 'whole', body: Buffer.concat(pieces, length) };
  const open = (): NodeJS.ReadableStream => {
    const again = inflaters[compression]();
    again.end(data);
    return again;
  };
  return { kind: 'stream', length, open };
}

const inflaters: Readonly<Record<Compression, () => zlib.Gunzip>> = {
  gzip: zlib.createGunzip,
  zlib: zlib.createInflate,
  deflate: zlib.createInflateRaw,
  br: zlib.createBrotliDecompress,
  // Node 22.15 and later.
  zstd: (zlib as { createZstdDecompress?: () => zlib.Gunzip }).createZstdDecompress ?? refuseZstd,
};

function refuseZstd(): never {
  throw failed(`Node ${process.versions.node} cannot inflate zstd: ask with Accept-Encoding: zstd`);
}

function tooLarge(maxInflatedBytes: number): MemcacheProxyError {
  const message = `the value inflates to more than ${maxInflatedBytes} bytes; ask for it with an Accept-Encoding that takes it as it is`;
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_INFLATED_TOO_LARGE', message);
}

function failed(message: string, cause?: unknown): MemcacheProxyError {
  return new MemcacheProxyError('ERR_MEMCACHE_PROXY_INFLATE_FAILED', message, { cause });
}
