import { LockError } from '../lock-error.ts';

/** The error for a token that came too late; `known` is the newest one that the resource has seen, where it is known. */
export function staleTokenError(resource: string, token: number, known?: number): LockError {
  const newer = known === undefined ? 'a newer one' : String(known);
  return new LockError('ERR_LOCK_STALE_TOKEN', `"${resource}" has seen ${newer}: the fencing token ${token} is stale`, {
    key: resource,
    token,
  });
}
