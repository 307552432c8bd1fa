import type { BatchOp } from './batch-op.ts';

/** Reads the operations of a batch from the pieces of a body as they come. */
export interface OpReader {
  /** @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BATCH as soon as something is wrong, also for too many operations. */
  push(piece: Buffer): void;
  /** All operations. @throws MemcacheProxyError ERR_MEMCACHE_PROXY_BAD_BATCH when the last one is not whole. */
  end(): BatchOp[];
}

/** What bounds an OpReader. */
export interface OpReaderOptions {
  readonly maxOps: number;
  readonly maxValueBytes: number;
}
