import { checkNumber } from '../check-number.ts';
import type { ReadPolicy, WhenPartitioned } from '../view-options.ts';
import { MAX_TTL_MS } from './run-load.ts';

/** A read policy with its defaults. */
export interface FullPolicy {
  readonly ttlMs: number;
  readonly graceMs: number;
  readonly softTimeoutMs: number | undefined;
  readonly hardTimeoutMs: number;
  readonly negativeTtlMs: number | undefined;
  readonly staleWhileLoading: boolean;
  readonly whenPartitioned: WhenPartitioned;
  /** Infinity for none. */
  readonly idleMs: number;
  readonly jitter: number;
  /** 1 for never. */
  readonly refreshAhead: number;
  readonly sharedTimeoutMs: number;
  readonly loadLeaseMs: number;
}

/** What the cache says where neither view nor call does. */
export type CachePolicy = Pick<FullPolicy, 'whenPartitioned' | 'sharedTimeoutMs' | 'loadLeaseMs'>;

const TTL = { min: 1, max: MAX_TTL_MS };
const DEFAULTS = {
  graceMs: 0,
  softTimeoutMs: undefined,
  hardTimeoutMs: 30_000,
  negativeTtlMs: undefined,
  staleWhileLoading: false,
  idleMs: Infinity,
  jitter: 0,
  refreshAhead: 1,
};
const CHOICES: readonly WhenPartitioned[] = ['origin', 'stale', 'throw'];

/**
 * A read policy with its defaults.
 *
 * @throws TypeError or RangeError.
 */
export function fullPolicy(policy: ReadPolicy, ofCache: CachePolicy): FullPolicy {
  // It has no default.
  checkNumber('ttlMs', policy.ttlMs, TTL);
  return overridden({ ...DEFAULTS, ...ofCache, ttlMs: policy.ttlMs }, policy);
}

/**
 * The policy, but for what a call says itself.
 *
 * @throws TypeError or RangeError.
 */
export function overridden(policy: FullPolicy, over: Partial<ReadPolicy>): FullPolicy {
  checkOptional('ttlMs', over.ttlMs, TTL.min, TTL.max);
  checkOptional('graceMs', over.graceMs, 0, MAX_TTL_MS);
  checkOptional('softTimeoutMs', over.softTimeoutMs, 0);
  checkOptional('hardTimeoutMs', over.hardTimeoutMs, 1);
  checkOptional('negativeTtlMs', over.negativeTtlMs, 1, MAX_TTL_MS);
  checkOptional('idleMs', over.idleMs, 1);
  checkOptional('jitter', over.jitter, 0, 1);
  checkOptional('refreshAhead', over.refreshAhead, 0.01, 1);
  checkTierTimes(over);
  if (over.whenPartitioned !== undefined) checkWhenPartitioned(over.whenPartitioned);
  // One by one: the options of a view or a call hold more than a policy.
  return {
    ttlMs: over.ttlMs ?? policy.ttlMs,
    graceMs: over.graceMs ?? policy.graceMs,
    softTimeoutMs: over.softTimeoutMs ?? policy.softTimeoutMs,
    hardTimeoutMs: over.hardTimeoutMs ?? policy.hardTimeoutMs,
    negativeTtlMs: over.negativeTtlMs ?? policy.negativeTtlMs,
    staleWhileLoading: over.staleWhileLoading ?? policy.staleWhileLoading,
    whenPartitioned: over.whenPartitioned ?? policy.whenPartitioned,
    idleMs: over.idleMs ?? policy.idleMs,
    jitter: over.jitter ?? policy.jitter,
    refreshAhead: over.refreshAhead ?? policy.refreshAhead,
    sharedTimeoutMs: over.sharedTimeoutMs ?? policy.sharedTimeoutMs,
    loadLeaseMs: over.loadLeaseMs ?? policy.loadLeaseMs,
  };
}

/** @throws TypeError or RangeError for a time of the shared tier that makes no sense. */
export function checkTierTimes({ sharedTimeoutMs, loadLeaseMs }: Partial<ReadPolicy>): void {
  checkOptional('loadLeaseMs', loadLeaseMs, 50, 3_600_000);
  checkOptional('sharedTimeoutMs', sharedTimeoutMs, 1, 60_000);
}

/** @throws TypeError for what is none of the three. */
export function checkWhenPartitioned(choice: WhenPartitioned): WhenPartitioned {
  if (!CHOICES.includes(choice)) {
    throw new TypeError(`whenPartitioned must be one of ${CHOICES.join(', ')}, got ${choice}`);
  }
  return choice;
}

function checkOptional(name: string, value: number | undefined, min: number, max = Infinity): void {
  if (value !== undefined) checkNumber(name, value, { min, max });
}
