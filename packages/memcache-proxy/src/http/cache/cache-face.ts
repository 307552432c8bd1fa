import { type Clock, systemClock } from '@lockstep/core';

import type { Backend } from '../../backend/backend.ts';
import { type CompressionOptions, type CompressionRule, compileCompression } from './compression.ts';
import { type ContentFlags, type ContentFlagsOptions, createContentFlags } from './content-flags.ts';
import type { LongKeys } from './stored-key.ts';

/** What decides how values are read and written over HTTP, wherever their keys come from. */
export interface CacheFaceOptions {
  /** You own it, and the pool behind it. */
  readonly backend: Backend;
  /** Larger bodies are refused with 413. @default 1048576 */
  readonly maxValueBytes?: number;
  /** Whether keys that do not fit are hashed or refused with 400. @default 'hash' */
  readonly longKeys?: LongKeys;
  /** Content type, encoding and stale window of bodies are kept in the flags of values; false leaves flags alone. @default {} */
  readonly contentFlags?: ContentFlagsOptions | false;
  /** Values that other clients compressed, and the bound on inflating. @default {} */
  readonly compression?: CompressionOptions;
  /**
   * Hits that expire say so in `Cache-Control`, so that clients and caches on the way keep copies for as
   * long. They do not hear of deletes then. @default false
   */
  readonly cacheControl?: boolean;
  /**
   * A hit that is sent whole is written to the connection past Fastify's own reply, which is a part of what the
   * request costs. `onSend` hooks of the host do not see such hits; `onResponse` hooks do. Where a hook has set a
   * header, and while the server does not listen, as when it drains, the answer goes the usual way.
   *
   * @default false
   */
  readonly directHits?: boolean;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** The options, checked and compiled. */
export interface CacheFace {
  readonly backend: Backend;
  readonly maxValueBytes: number;
  readonly longKeys: LongKeys;
  readonly contentFlags: ContentFlags | undefined;
  readonly compressionRules: readonly CompressionRule[];
  readonly maxInflatedBytes: number;
  readonly cacheControl: boolean;
  readonly directHits: boolean;
  readonly clock: Clock;
}

/**
 * Checks the options and fills in what is left out.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createCacheFace(options: CacheFaceOptions): CacheFace {
  const { backend, maxValueBytes = 1_048_576, longKeys = 'hash', contentFlags = {}, compression = {} } = options;
  const { cacheControl = false, directHits = false, clock = systemClock } = options;
  const { maxInflatedBytes = 8_388_608 } = compression;
  checkBytes('maxValueBytes', maxValueBytes);
  checkBytes('compression.maxInflatedBytes', maxInflatedBytes);
  if (longKeys !== 'hash' && longKeys !== 'refuse') {
    throw new TypeError(`longKeys must be "hash" or "refuse", got ${JSON.stringify(longKeys)}`);
  }
  return {
    backend,
    maxValueBytes,
    longKeys,
    contentFlags: contentFlags === false ? undefined : createContentFlags(contentFlags),
    compressionRules: compileCompression(compression),
    maxInflatedBytes,
    cacheControl,
    directHits,
    clock,
  };
}

/** @throws RangeError when it is no positive integer. */
export function checkBytes(name: string, bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes > 0) return;
  throw new RangeError(`${name} must be a positive integer, got ${bytes}`);
}
