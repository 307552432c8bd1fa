import { RefreshError } from '../refresh-error.ts';
import { isWellFormed } from './check-key.ts';
import type { Prolongation } from './entry-store.ts';

/** The longest time that anything is kept: about 31 years. */
const MAX_KEPT_MS = 1e12;
/** The longest validator, in UTF-8 bytes. */
const MAX_VALIDATOR_BYTES = 4096;

/**
 * Checks a ticket.
 *
 * @throws RangeError unless it is a positive safe integer.
 */
export function checkTicket(ticket: number): void {
  checkToken('ticket', ticket);
}

/**
 * Checks the token of a leadership.
 *
 * @throws RangeError unless it is a positive safe integer.
 */
export function checkLeader(leader: number): void {
  checkToken('leader', leader);
}

function checkToken(name: string, token: number): void {
  if (Number.isSafeInteger(token) && token > 0) return;
  throw new RangeError(`${name} must be a positive safe integer, got ${token}`);
}

/** The times of a load, as whole milliseconds. */
export interface LoadTimes {
  readonly ttlMs: number;
  /** For how long it is kept at all. */
  readonly keptMs: number;
}

/**
 * Checks what every write of a load has, and rounds its times up.
 *
 * @throws RangeError for a bad ticket, `leader`, `ttlMs` or `staleForMs`; RefreshError ERR_REFRESH_CONTENT for a validator that is
 *   no well-formed text or has more than 4,096 bytes.
 */
export function checkLoad({ ticket, ttlMs, staleForMs, validator, leader }: Prolongation): LoadTimes {
  checkTicket(ticket);
  if (leader !== undefined) checkLeader(leader);
  if (!(ttlMs > 0)) throw new RangeError(`ttlMs must be positive, got ${ttlMs}`);
  if (!(staleForMs >= 0)) throw new RangeError(`staleForMs must not be negative, got ${staleForMs}`);
  if (!(ttlMs + staleForMs <= MAX_KEPT_MS)) {
    throw new RangeError(
      `ttlMs and staleForMs must be at most ${MAX_KEPT_MS} together, got ${ttlMs} and ${staleForMs}`,
    );
  }
  if (validator !== undefined && (!isWellFormed(validator) || Buffer.byteLength(validator) > MAX_VALIDATOR_BYTES)) {
    throw new RefreshError('ERR_REFRESH_CONTENT', `a validator must be text of at most ${MAX_VALIDATOR_BYTES} bytes`);
  }
  const whole = Math.ceil(ttlMs);
  return { ttlMs: whole, keptMs: whole + Math.ceil(staleForMs) };
}
