import type { IncomingMessage } from 'node:http';

import { MemcacheProxyError } from '../../../memcache-proxy-error.ts';
import type { BatchOp } from './batch-op.ts';
import { batchTooLarge } from './batch-error.ts';
import type { OpReader } from './op-reader.ts';

/**
 * Reads a body through an OpReader, piece by piece, and stops at the first thing that is wrong: a body
 * that is too large is refused by what it announces, or else as soon as it is.
 */
export function readOps(payload: IncomingMessage, reader: OpReader, maxBytes: number): Promise<BatchOp[]> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const tooMany = (): Error => batchTooLarge(`the body of a batch must have at most ${maxBytes} bytes`);
    const stop = (error: Error): void => {
      payload.off('data', take).off('end', finish).off('error', cut).off('close', cut);
      payload.pause();
      reject(error);
    };
    // A request has no failures but those of its connection.
    const cut = (cause?: unknown): void =>
      stop(new MemcacheProxyError('ERR_MEMCACHE_PROXY_CLIENT_GONE', 'the client hung up', { cause }));
    const attempt = (run: () => void): void => {
      try {
        run();
      } catch (error) {
        stop(error as Error);
      }
    };
    const take = (piece: Buffer): void =>
      attempt(() => {
        bytes += piece.length;
        if (bytes > maxBytes) throw tooMany();
        reader.push(piece);
      });
    const finish = (): void =>
      attempt(() => {
        resolve(reader.end());
        payload.off('close', cut);
      });
    if (Number(payload.headers['content-length'] ?? 0) > maxBytes) {
      reject(tooMany());
      return;
    }
    payload.on('data', take).on('end', finish).on('error', cut).on('close', cut);
  });
}
