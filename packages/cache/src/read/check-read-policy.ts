import { checkNumber } from '../check-number.ts';
import type { ReadPolicy, WhenPartitioned } from '../view-options.ts';
import { MAX_TTL_MS } from './run-load.ts';
import type { FullPolicy } from './view-reader.ts';

const CHOICES: readonly WhenPartitioned[] = ['origin', 'stale', 'throw'];

/**
 * A read policy as it is, once it was checked.
 *
 * @throws TypeError or RangeError.
 */
export function checkReadPolicy<Policy extends ReadPolicy>(policy: Policy): Policy {
  checkNumber('ttlMs', policy.ttlMs, { min: 1, max: MAX_TTL_MS });
  checkOptional('graceMs', policy.graceMs, 0, MAX_TTL_MS);
  checkOptional('softTimeoutMs', policy.softTimeoutMs, 0);
  checkOptional('hardTimeoutMs', policy.hardTimeoutMs, 1);
  checkOptional('negativeTtlMs', policy.negativeTtlMs, 1, MAX_TTL_MS);
  if (policy.whenPartitioned !== undefined) checkWhenPartitioned(policy.whenPartitioned);
  return policy;
}

/** @throws TypeError for what is none of the three. */
export function checkWhenPartitioned(choice: WhenPartitioned): WhenPartitioned {
  if (!CHOICES.includes(choice)) {
    throw new TypeError(`whenPartitioned must be one of ${CHOICES.join(', ')}, got ${choice}`);
  }
  return choice;
}

/** A read policy with its defaults. @throws TypeError or RangeError. */
export function fullPolicy(policy: ReadPolicy, whenPartitioned: WhenPartitioned): FullPolicy {
  return {
    graceMs: 0,
    hardTimeoutMs: 30_000,
    staleWhileLoading: false,
    ...checkReadPolicy(policy),
    whenPartitioned: policy.whenPartitioned ?? whenPartitioned,
  };
}

function checkOptional(name: string, value: number | undefined, min: number, max = Infinity): void {
  if (value !== undefined) checkNumber(name, value, { min, max });
}
