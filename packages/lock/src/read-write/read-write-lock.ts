import type { LockRoom } from '../lock-room.ts';
import { createShapedLock, type ShapedLock } from '../shaped-lock.ts';

/** Who goes first. */
export interface ReadWriteOptions {
  /**
   * Of those who wait: `none`, in the order they came; `writers`, before all readers; `readers`, before all writers, and at
   * once while others read. Everybody must agree on it.
   * @default 'none'
   */
  readonly prefer?: 'none' | 'readers' | 'writers' | undefined;
}

/** A lock that many may hold to read, or one to write. */
export interface ReadWriteLock {
  readonly key: string;
  readonly read: ShapedLock;
  readonly write: ShapedLock;
}

/**
 * The read-write lock of a key.
 *
 * @throws RangeError when `prefer` is none of its values.
 */
export function createReadWriteLock(
  openRoom: () => LockRoom,
  key: string,
  { prefer = 'none' }: ReadWriteOptions = {},
): ReadWriteLock {
  if (!['none', 'readers', 'writers'].includes(prefer)) {
    throw new RangeError(`prefer must be 'none', 'readers' or 'writers', got ${JSON.stringify(prefer)}`);
  }
  return {
    key,
    read: createShapedLock(openRoom, key, { kind: 'read', prefer }),
    write: createShapedLock(openRoom, key, { kind: 'write', prefer }),
  };
}
