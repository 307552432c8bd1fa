import { type Clock, systemClock } from '@lockstep/core';

import type { KeyKind } from '../driver/key.ts';
import { defaultMaxQueueBytes, defaultMaxQueueOps } from './queue-budget.ts';
import { resolveTransportOptions, type ResolvedTransportOptions, type TransportOptions } from './transport-options.ts';

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
   * bytes of any kind) are stored under their bytes all the same. Clients of the text protocol cannot
   * name them; those of the binary protocol, and of meta commands with the flag `b`, can. memcached 1.6.10.
   *
   * @default 'text'
   */
  readonly keys?: KeyKind;
  /** @default systemClock */
  readonly clock?: Clock;
  /** Spreads reconnection attempts: a number in [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** The options with their defaults. */
export type ResolvedMetaOptions = Required<Omit<MetaDriverOptions, keyof TransportOptions>> & ResolvedTransportOptions;

/** The longest value that drivers accept unless told otherwise. */
export const defaultMaxValueBytes: number = 64 * 1024 * 1024;

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option that makes no sense.
 */
export function resolveMetaOptions(options: MetaDriverOptions): ResolvedMetaOptions {
  const timeoutMs = options.timeoutMs ?? 1000;
  const resolved = {
    timeoutMs,
    connectTimeoutMs: options.connectTimeoutMs ?? 1000,
    hardTimeoutMs: options.hardTimeoutMs ?? 2 * timeoutMs,
    maxQueueOps: options.maxQueueOps ?? defaultMaxQueueOps,
    maxQueueBytes: options.maxQueueBytes ?? defaultMaxQueueBytes,
    maxValueBytes: options.maxValueBytes ?? defaultMaxValueBytes,
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
