import { type Clock, systemClock } from '@lockstep/core';

import { checkPositive, defaultMaxValueBytes } from '../engine/meta-options.ts';
import { defaultMaxQueueBytes, defaultMaxQueueOps } from '../engine/queue-budget.ts';
import type { MemjsTarget } from './memjs-module.ts';

/** How the memjs driver behaves. */
export interface MemjsDriverOptions extends MemjsTarget {
  /** Milliseconds until a call rejects with ERR_MEMCACHE_TIMEOUT. @default 1000 */
  readonly timeoutMs?: number;
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

/** The options with their defaults, those for the connection apart. */
export type ResolvedMemjsOptions = Required<Omit<MemjsDriverOptions, keyof MemjsTarget>>;

/** @throws RangeError naming the option that is not a positive number. */
export function resolveMemjsOptions(options: MemjsDriverOptions): ResolvedMemjsOptions {
  const {
    timeoutMs = 1000,
    maxQueueOps = defaultMaxQueueOps,
    maxQueueBytes = defaultMaxQueueBytes,
    maxValueBytes = defaultMaxValueBytes,
  } = options;
  const numbers = { timeoutMs, maxQueueOps, maxQueueBytes, maxValueBytes };
  for (const [name, value] of Object.entries(numbers)) checkPositive(name, value);
  const { clock = systemClock, random = Math.random } = options;
  return { ...numbers, clock, random };
}
