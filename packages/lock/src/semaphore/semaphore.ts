import { checkShape } from '../driver/shared-shape.ts';
import type { LockRoom } from '../lock-room.ts';
import { createShapedLock, type ShapedLock } from '../shaped-lock.ts';

/** A lock that `permits` may hold at once, each with a lease and a fencing token. Everybody must agree on the number. */
export interface Semaphore extends ShapedLock {
  readonly permits: number;
}

/**
 * The semaphore of a key.
 *
 * @throws RangeError when `permits` is no positive integer.
 */
export function createSemaphore(openRoom: () => LockRoom, key: string, permits: number): Semaphore {
  const shape = checkShape({ kind: 'semaphore', permits });
  return { ...createShapedLock(openRoom, key, shape), permits };
}
