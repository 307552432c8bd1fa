import { hostname } from 'node:os';

import { checkKey } from '../acquire-options.ts';
import { checkNumber } from '../check-number.ts';
import { checkLeaseDefaults } from '../lock-options.ts';
import type { ElectionBackoff, ElectOptions } from './election.ts';
import { type CandidateRecord, electionKey } from './leader-record.ts';

const MAX_ID = 200;
const MAX_METADATA = 500;
const MAX_HOST = 100;

/** Options with their defaults. */
export interface CheckedElectOptions extends CandidateRecord {
  readonly name: string;
  /** The lock that it is about. */
  readonly key: string;
  readonly ttlMs: number;
  readonly stopMarginMs: number;
  readonly watchMs: number;
  readonly priority: number;
  readonly backoff: Required<ElectionBackoff>;
  readonly onElected: ElectOptions['onElected'];
  readonly lease: Pick<ElectOptions, 'replicas' | 'lockDelayMs'>;
}

/** @throws TypeError or RangeError for what makes no sense. */
export function checkElectOptions(name: string, options: ElectOptions): CheckedElectOptions {
  const { id = `${hostname()}:${process.pid}`, metadata, onElected, replicas, lockDelayMs } = options;
  const { ttlMs = 6000, stopMarginMs = ttlMs / 6, watchMs = ttlMs / 6, priority = 0 } = options;
  const { minMs = 100, maxMs = Math.max(minMs, 30_000) } = options.backoff ?? {};
  const key = electionKey(name);
  checkKey(name);
  checkKey(key);
  checkText('id', id, 1, MAX_ID);
  checkText('metadata', metadata, 0, MAX_METADATA);
  checkLeaseDefaults({ ...options, ttlMs });
  checkNumber('stopMarginMs', stopMarginMs, { min: 0, max: ttlMs / 2 });
  checkNumber('watchMs', watchMs, { min: 1 });
  checkNumber('priority', priority, { min: -1000, max: 1000, isInteger: true });
  checkNumber('backoff.minMs', minMs, { min: 1 });
  checkNumber('backoff.maxMs', maxMs, { min: minMs });
  if (onElected !== undefined && typeof onElected !== 'function') throw new TypeError('onElected must be a function');
  return {
    name,
    key,
    id,
    host: hostname().slice(0, MAX_HOST),
    metadata,
    ttlMs,
    stopMarginMs,
    watchMs,
    priority,
    backoff: { minMs, maxMs },
    onElected,
    lease: { ...(replicas !== undefined && { replicas }), ...(lockDelayMs !== undefined && { lockDelayMs }) },
  };
}

function checkText(name: string, text: string | undefined, min: number, max: number): void {
  if (text === undefined) return;
  if (typeof text !== 'string') throw new TypeError(`${name} must be a text, got ${typeof text}`);
  if (text.length < min || text.length > max) {
    throw new RangeError(`${name} must have ${min} to ${max} characters, got ${text.length}`);
  }
}
