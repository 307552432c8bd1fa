import type { Operation } from './operation.ts';

/**
 * Keeps the last operation of each key. What is left has one operation per key, so the order between
 * them no longer matters and carrying them out twice shows nobody an older value.
 */
export function coalesce(operations: Iterable<Operation>): Operation[] {
  const last = new Map<string, Operation>();
  // latin1 maps each byte to one character: different keys never meet, and it is the cheapest decoding.
  for (const operation of operations) last.set(operation.key.toString('latin1'), operation);
  return [...last.values()];
}
