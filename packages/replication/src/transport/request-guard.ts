import { createHash, timingSafeEqual } from 'node:crypto';

import type { Clock } from '@lockstep/core';

import { requireKeys, type SignedHead, verifyHead, type VerifiedHead } from './link-signature.ts';
import { ReplicationError } from '../replication-error.ts';

/** What a guard checks. */
export interface RequestGuardOptions {
  readonly token?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly maxSkewMs: number;
  readonly clock: Clock;
}

/** What a guard found in order: nothing to check later, or the body and the answer too. */
export type Admission = Partial<VerifiedHead>;

/**
 * Looks at the credentials in the head of a request, before its body is taken in.
 *
 * @throws RangeError for an empty token, and for keys that are none; from the guard, ReplicationError
 * `ERR_REPLICATION_UNAUTHORIZED` with the reason.
 */
export function createRequestGuard(options: RequestGuardOptions): (head: SignedHead) => Admission {
  const { token, keys, maxSkewMs, clock } = options;
  if (token === '') throw new RangeError('token must not be empty');
  const expected = token === undefined ? undefined : sha256(`Bearer ${token}`);
  const secrets = keys === undefined ? undefined : requireKeys('keys', keys);
  return (head) => {
    if (expected !== undefined) {
      const given = head.headers['authorization'];
      // Digests have one length, so the comparison takes the same time whatever is sent.
      if (typeof given !== 'string' || !timingSafeEqual(sha256(given), expected)) {
        throw unauthorized('the bearer token is missing or wrong');
      }
    }
    if (secrets === undefined) return {};
    const verified = verifyHead(secrets, head, { nowMs: clock.now(), maxSkewMs });
    if (typeof verified === 'string') throw unauthorized(verified);
    return verified;
  };
}

/** A request that is turned away. */
export function unauthorized(reason: string): ReplicationError {
  return new ReplicationError('ERR_REPLICATION_UNAUTHORIZED', reason);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
