import type { AcquireRequest, LockShape } from './lock-driver.ts';

/** Those who are preferred go before all others of their priority. */
export function sharedPriority({ priority = 0, shape }: AcquireRequest): number {
  const isPreferred =
    (shape?.kind === 'read' && shape.prefer === 'readers') || (shape?.kind === 'write' && shape.prefer === 'writers');
  return 2 * priority + (isPreferred ? 1 : 0);
}

/**
 * The shape, checked.
 *
 * @throws RangeError when there is none, or when its permits make no sense.
 */
export function checkShape(shape: LockShape | undefined): LockShape {
  if (shape === undefined) throw new RangeError('a shape is needed');
  if (shape.kind !== 'semaphore' || (Number.isSafeInteger(shape.permits) && shape.permits >= 1)) return shape;
  throw new RangeError(`permits must be a positive integer, got ${shape.permits}`);
}
