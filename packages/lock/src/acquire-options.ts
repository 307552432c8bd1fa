import { checkNumber } from './check-number.ts';
import type { AcquireRequest, LockShape } from './driver/lock-driver.ts';
import { checkLeaseDefaults, type CheckedLocksOptions, type LeaseDefaults } from './lock-options.ts';
import type { GrantPeriod } from './wait/grant-period.ts';

/** How one lock is acquired. What is not given is as `createLocks` was told. */
export interface AcquireOptions extends LeaseDefaults {
  /** Gives up waiting with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** Higher goes first; an integer from -1000 to 1000. @default 0 */
  readonly priority?: number;
  /** Text that `inspect` shows to others, at most 1000 characters. */
  readonly metadata?: string;
}

/** How a section is run. */
export interface SectionOptions extends AcquireOptions {
  /**
   * What happens when the section has ended well, but its lease was lost before: `report` returns its value and tells
   * `onError`, `throw` rejects with ERR_LOCK_LOST. An error of the section itself is passed on in any case.
   * @default 'report'
   */
  readonly onLost?: 'report' | 'throw';
}

const MAX_KEY_BYTES = 1024;
const MAX_METADATA = 1000;

/** @throws TypeError or RangeError for what makes no sense. */
export function toRequest(
  locks: CheckedLocksOptions,
  { key, owner, periods }: Pick<AcquireRequest, 'key' | 'owner'> & { readonly periods: GrantPeriod },
  options: AcquireOptions & { readonly shape?: LockShape },
  isTry: boolean,
): AcquireRequest {
  checkKey(key);
  checkLeaseDefaults(options);
  const { priority, metadata, shape } = options;
  checkNumber('priority', priority, { min: -1000, max: 1000, isInteger: true });
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata.length > MAX_METADATA)) {
    throw new TypeError(`metadata must be a text of at most ${MAX_METADATA} characters`);
  }
  const ttlMs = options.ttlMs ?? locks.ttlMs;
  const isFair = options.fair ?? locks.fair;
  return {
    key,
    owner,
    ttlMs,
    grantMs: periods.within(ttlMs),
    mode: isTry ? 'try' : isFair ? 'queue' : 'barge',
    replicas: options.replicas ?? locks.replicas,
    lockDelayMs: options.lockDelayMs ?? locks.lockDelayMs,
    ...(priority !== undefined && { priority }),
    ...(metadata !== undefined && { metadata }),
    ...(shape !== undefined && { shape }),
  };
}

/** @throws TypeError or RangeError when it is no key. */
export function checkKey(key: string): void {
  if (typeof key !== 'string') throw new TypeError(`key must be a string, got ${typeof key}`);
  if (key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new RangeError(`key must have 1 to ${MAX_KEY_BYTES} bytes, got ${Buffer.byteLength(key)}`);
  }
}
