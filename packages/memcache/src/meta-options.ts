import { type Clock, systemClock } from '@lockstep/core';

/** How the driver of the meta protocol behaves. */
export interface MetaDriverOptions {
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
  return { ...resolved, clock: options.clock ?? systemClock, random: options.random ?? Math.random };
}

/** @throws RangeError when `value` is not a positive finite number. */
export function checkPositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw new RangeError(`${name} must be a positive number, got ${value}`);
}
