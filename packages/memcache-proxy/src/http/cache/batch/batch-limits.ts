import { checkBytes } from '../cache-face.ts';

/** Bounds of one batch. */
export interface BatchLimits {
  /** @default 1000 */
  readonly maxOps: number;
  /** Of the request's body. @default 8388608 */
  readonly maxBytes: number;
  /** Of all values in the answer; those that do not fit any more are errors of their own. @default 33554432 */
  readonly maxReplyBytes: number;
  /** Of the values in all answers that are not sent yet; beyond it 503. @default 134217728 */
  readonly maxPendingReplyBytes: number;
}

/**
 * The limits with what is left out filled in.
 *
 * @throws RangeError when one is no positive integer.
 */
export function checkBatchLimits(given: Partial<BatchLimits> = {}): BatchLimits {
  const { maxOps = 1000, maxBytes = 8_388_608, maxReplyBytes = 33_554_432 } = given;
  const { maxPendingReplyBytes = 134_217_728 } = given;
  checkBytes('batch.maxOps', maxOps);
  checkBytes('batch.maxBytes', maxBytes);
  checkBytes('batch.maxReplyBytes', maxReplyBytes);
  checkBytes('batch.maxPendingReplyBytes', maxPendingReplyBytes);
  return { maxOps, maxBytes, maxReplyBytes, maxPendingReplyBytes };
}
