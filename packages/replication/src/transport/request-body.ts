import { ReplicationError } from '../replication-error.ts';

/** A request's body: whole, or as it comes in, such as Node's request itself. */
export type RequestBody = Buffer | AsyncIterable<Uint8Array>;

/** Takes a body in. @throws ReplicationError `ERR_REPLICATION_TOO_LARGE` as soon as it has more than `maxBytes`. */
export async function readBody(body: RequestBody, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of Buffer.isBuffer(body) ? [body] : body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 && Buffer.isBuffer(chunks[0]) ? chunks[0] : Buffer.concat(chunks, bytes);
}

/** A body that is not taken in. */
export function tooLarge(maxBytes: number): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_TOO_LARGE', `a batch may have at most ${maxBytes} bytes`);
}
