import { BATCH_STATUSES, type BatchOutcome } from './batch-op.ts';

/** The bytes of an answer's frame before its value. */
export const REPLY_HEADER_BYTES = 12;
const none = Buffer.alloc(0);
const HIT = 0;

/**
 * The binary answer to a batch: one frame for each operation, in their order, all numbers big-endian.
 *
 *     0     0 hit, 1 miss, 2 done, 3 not-stored, 4 exists, 5 not-found, 6 count, 7 error
 *     1-3   0
 *     4-7   flags of a hit
 *     8-11  length of the value
 *     12-   value: of a hit the value, of a count its digits, of an error its code
 */
export function writeFrames(outcomes: readonly BatchOutcome[]): Buffer {
  const values = outcomes.map(valueOf);
  let total = 0;
  for (const value of values) total += REPLY_HEADER_BYTES + value.length;
  const bytes = Buffer.allocUnsafe(total);
  let offset = 0;
  outcomes.forEach((outcome, index) => {
    const value = values[index]!;
    const isHit = outcome.status === 'hit';
    bytes.writeUInt32BE((isHit ? HIT : BATCH_STATUSES.indexOf(outcome.status)) << 24, offset);
    bytes.writeUInt32BE(isHit ? outcome.item.flags : 0, offset + 4);
    bytes.writeUInt32BE(value.length, offset + 8);
    value.copy(bytes, offset + REPLY_HEADER_BYTES);
    offset += REPLY_HEADER_BYTES + value.length;
  });
  return bytes;
}

function valueOf(outcome: BatchOutcome): Buffer {
  if (outcome.status === 'hit') return outcome.item.value;
  if (outcome.status === 'count') return Buffer.from(outcome.count.toString());
  return outcome.status === 'error' ? Buffer.from(outcome.error.code) : none;
}
