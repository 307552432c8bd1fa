import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import { badBatch } from './batch.ts';
import { tooLarge } from './request-body.ts';

/** How the body of a batch is compressed on the wire. `zstd` needs Node 22.15, 23.8 or later on both sides. */
export type Compression = 'identity' | 'brotli' | 'zstd';

/** A coding as `content-encoding` names it. */
export interface ContentCoding {
  /** Value of the header; absent when the body is sent as it is. */
  readonly token?: string;
  encode(body: Buffer): Promise<Buffer>;
}

/** Smaller bodies are sent as they are: what could be saved is less than a packet. */
const MIN_BYTES = 512;

/**
 * Up to so many bytes are packed, and unpacked, at once: to hand them to another thread and back costs several times
 * what is done with them there, and what is done here takes less than a millisecond.
 */
const MAX_PACKED_AT_ONCE = 128 * 1024;
const MAX_UNPACKED_AT_ONCE = 512 * 1024;
/** Bytes that are unpacked in one step, from the least to the most; bodies are packed to about one byte of so many. */
const [MIN_CHUNK_BYTES, MAX_CHUNK_BYTES, EXPECTED_RATIO] = [4 * 1024, 128 * 1024, 8];

const brotliCompress = promisify(zlib.brotliCompress);
const brotliDecompress = promisify(zlib.brotliDecompress);

type Zstd = (body: Buffer, options: object, done: (error: Error | null, result: Buffer) => void) => void;
// Younger than the types that this is compiled with.
const { zstdCompress, zstdDecompress } = zlib as { zstdCompress?: Zstd; zstdDecompress?: Zstd };

/** The codings that this runtime can undo, as `accept-encoding` lists them. */
export const ACCEPTED_CODINGS: string = zstdDecompress === undefined ? 'br' : 'br, zstd';

/** Header in which a receiver lists the codings it takes. Older receivers do not send it. */
export const ACCEPTED_HEADER = 'accept-encoding';
/** What a receiver takes that lists nothing. */
const ALWAYS_ACCEPTED = 'br';
const TOKENS = { brotli: 'br', zstd: 'zstd' } as const;

/**
 * The compression for a receiver that lists `accepted`: the wanted one, else brotli, else none.
 *
 * @param accepted the codings, joined by commas; a coding with parameters is not reckoned with. @default 'br'
 */
export function chooseCompression(wanted: Compression, accepted: string = ALWAYS_ACCEPTED): Compression {
  if (wanted === 'identity') return wanted;
  const listed = new Set(accepted.split(',').map((token) => token.trim().toLowerCase()));
  return ([wanted, 'brotli'] as const).find((one) => listed.has(TOKENS[one])) ?? 'identity';
}

/**
 * Returns a function that compresses bodies for a receiver that lists `accepted`, as `chooseCompression` has it.
 *
 * @throws RangeError when this runtime cannot compress so.
 */
export function createEncoder(
  compression: Compression,
): (body: Buffer, accepted?: string) => Promise<{ token?: string; bytes: Buffer }> {
  // Here, so that a compression that is not to be had is heard of at the start.
  codingOf(compression);
  return async (body, accepted) => {
    const coding = codingOf(chooseCompression(compression, accepted));
    if (coding.token === undefined || body.length < MIN_BYTES) return { bytes: body };
    const bytes = await coding.encode(body);
    return bytes.length < body.length ? { token: coding.token, bytes } : { bytes: body };
  };
}

/**
 * Undoes the coding that a `content-encoding` header names, to at most `maxBytes`.
 *
 * @throws ReplicationError `ERR_REPLICATION_BAD_BATCH` for an unknown coding or damaged bytes, and
 * `ERR_REPLICATION_TOO_LARGE` for more of them.
 */
export async function decodeContent(token: string | undefined, bytes: Buffer, maxBytes: number): Promise<Buffer> {
  if (token === undefined || token === 'identity') return bytes;
  const chunkSize = Math.min(MAX_CHUNK_BYTES, Math.max(MIN_CHUNK_BYTES, EXPECTED_RATIO * bytes.length));
  const options = { maxOutputLength: maxBytes, chunkSize };
  try {
    if (token === 'br') return unpackAtOnce(bytes, options) ?? (await brotliDecompress(bytes, options));
    if (token === 'zstd' && zstdDecompress !== undefined) return await promisify(zstdDecompress)(bytes, options);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw badBatch(`the body is no ${token}: ${message}`);
  }
  throw badBatch(`the content-encoding ${token} is not known here, only ${ACCEPTED_CODINGS}`);
}

/** What small bytes unpack to; undefined when it may be too much for one go. @throws as zlib does for damaged bytes. */
function unpackAtOnce(bytes: Buffer, options: { maxOutputLength: number; chunkSize: number }): Buffer | undefined {
  if (bytes.length > MAX_PACKED_AT_ONCE) return undefined;
  const maxOutputLength = Math.min(options.maxOutputLength, MAX_UNPACKED_AT_ONCE);
  try {
    return zlib.brotliDecompressSync(bytes, { ...options, maxOutputLength });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw error;
  }
}

function codingOf(compression: Compression): ContentCoding {
  if (compression === 'identity') return { encode: async (body) => body };
  if (compression === 'brotli') {
    // Quality 1 is smaller and cheaper than gzip's fastest.
    const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 };
    return {
      token: 'br',
      encode: async (body) =>
        body.length <= MAX_PACKED_AT_ONCE
          ? zlib.brotliCompressSync(body, { params })
          : brotliCompress(body, { params }),
    };
  }
  if (compression === 'zstd') {
    if (zstdCompress === undefined) throw new RangeError('compression zstd is not in this version of Node');
    const compress = promisify(zstdCompress);
    return { token: 'zstd', encode: (body) => compress(body, {}) };
  }
  throw new RangeError(`compression must be identity, brotli or zstd, got ${String(compression)}`);
}
