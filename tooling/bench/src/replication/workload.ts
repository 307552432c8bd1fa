import type { Operation } from '@lockstep/replication';

const keyCount = 10_000;
const value = Buffer.alloc(100, 'v');
const keys = Array.from({ length: keyCount }, (_, index) => Buffer.from(`bench:user:${1_000_000 + index}`));

/** The n-th write: sets of 100 bytes and deletes by turns, spread over 10,000 keys. */
export function operationAt(index: number): Operation {
  // A stride without a common divisor visits every key, and neighbours in time are not neighbours in name.
  const key = keys[(index * 7919) % keyCount]!;
  return index % 2 === 0 ? { kind: 'set', key, value, flags: 0, expiresAt: 0 } : { kind: 'delete', key };
}

/** The n-th write of another workload, spread over 200,000 keys: few of a batch have the same one. */
export function spreadOperationAt(index: number): Operation {
  const key = Buffer.from(`bench:user:${1_000_000 + ((index * 7919) % 200_000)}`);
  return index % 2 === 0 ? { kind: 'set', key, value, flags: 0, expiresAt: 0 } : { kind: 'delete', key };
}

/** The n-th of many sets that take 148 bytes each: a header of 19, a key of 29 and a value of 100. */
export function setOf148Bytes(index: number): Operation {
  return { kind: 'set', key: Buffer.from(`bench:${index}`.padEnd(29, '.')), value, flags: 0, expiresAt: 0 };
}
