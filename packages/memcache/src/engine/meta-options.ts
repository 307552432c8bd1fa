import { type Clock, systemClock } from '@lockstep/core';

import type { KeyKind } from '../driver/key.ts';
import { resolveTransportOptions, type TransportOptions } from './transport-options.ts';

/** How the driver of the meta protocol behaves. */
export interface MetaDriverOptions extends TransportOptions {
  /** Milliseconds until a call rejects with ERR_MEMCACHE_TIMEOUT. @default 1000 */
  readonly timeoutMs?: number;
  /** Milliseconds in which a connection must be made and answer its first command. @default 1000 */
  readonly connectTimeoutMs?: number;
  /** Milliseconds of silence, with calls in flight, after which the connection is dropped. @default 2 × timeoutMs */
  readonly hardTimeoutMs?: number;
  /** Answers waited for, above which calls reject with ERR_MEMCACHE_OVERLOADED. @default 16384 */
  readonly maxQueueOps?: number;
  /** Bytes of unanswered requests, above which calls reject with ERR_MEMCACHE_OVERLOADED. @default 67108864 */
  readonly maxQueueBytes?: number;
  /** The longest value to accept from the server. @default 67108864 */
  readonly maxValueBytes?: number;
  /**
   * Which keys calls take. With `binary`, keys that are no text (spaces, control bytes, up to 186
   * bytes of any kind) are stored under their bytes all the same, where clients that do not know the
   * `b` flag of meta commands cannot see them. memcached 1.6.10.
   *
   * @default 'text'
   */
  readonly keys?: KeyKind;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Spreads reconnection attempts: a number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/**
 * The options with their defaults.
 *
 * @throws RangeError naming the option that is not a positive number.
 */
export function resolveMetaOptions(options: MetaDriverOptions): Required<MetaDriverOptions> {
  const timeoutMs = options.timeoutMs ?? 1000;
  const resolved = {
    timeoutMs,
    connectTimeoutMs: options.connectTimeoutMs ?? 1000,
    hardTimeoutMs: options.hardTimeoutMs ?? 2 * timeoutMs,
    maxQueueOps: options.maxQueueOps ?? 16_384,
    maxQueueBytes: options.maxQueueBytes ?? 64 * 1024 * 1024,
    maxValueBytes: options.maxValueBytes ?? 64 * 1024 * 1024,
  };
  for (const [name, value] of Object.entries(resolved)) checkPositive(name, value);
  const { keys = 'text' } = options;
  if (keys !== 'text' && keys !== 'binary') throw new TypeError(`keys must be 'text' or 'binary', got ${String(keys)}`);
  const { clock = systemClock, random = Math.random } = options;
  return { ...resolved, ...resolveTransportOptions(options), keys, clock, random };
}

/** @throws RangeError when `value` is not a positive finite number. */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be a positive number, got ${value}`);
}
