import type { RedisArgument } from '@lockstep/core';

import type { LockShape } from '../lock-driver.ts';
import { checkShape, sharedPriority } from '../shared-shape.ts';
import type { LockNames } from './lock-names.ts';
import { createLockSteps, type LockSteps } from './lock-steps.ts';

/** Writes and reads the steps of `sharedScript`. */
export function createSharedSteps(names: LockNames): LockSteps {
  const steps = createLockSteps(names);
  return {
    ...steps,
    acquire(request) {
      const { again: _again, like: _like, ...step } = steps.acquire({ ...request, priority: sharedPriority(request) });
      const args: RedisArgument[] = [...step.args];
      // The place of the lock delay.
      args[5] = shapeText(checkShape(request.shape));
      return { ...step, args };
    },
    acquireMany() {
      throw new RangeError('locks that several may hold are acquired one by one');
    },
    term() {
      throw new RangeError('locks that several may hold have no terms');
    },
  };
}

function shapeText(shape: LockShape): string {
  if (shape.kind === 'semaphore') return String(shape.permits);
  return shape.kind === 'read' ? 'R' : 'W';
}
