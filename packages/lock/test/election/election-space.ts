import {
  createLocks,
  createMemoryLockDriver,
  createMemoryLockSpace,
  type LockDriver,
  LockError,
} from '../../src/index.ts';
import type { Locks } from '../../src/index.ts';
import { createManualClock, type ManualClock } from '../manual-clock.ts';

/** A process on a virtual clock. */
export interface VirtualProcess extends AsyncDisposable {
  readonly locks: Locks;
  readonly errors: Error[];
  /** It reaches nobody, and nothing reaches it. */
  cut(): void;
  heal(): void;
}

/** Processes that share locks in memory and one virtual clock. */
export interface ElectionSpace {
  readonly clock: ManualClock;
  readonly process: () => VirtualProcess;
}

const ASKS = ['acquire', 'acquireMany', 'release', 'renew', 'cancel', 'countTerm', 'inspect'] as const;

/** Makes one. */
export function createElectionSpace(): ElectionSpace {
  const clock = createManualClock();
  const space = createMemoryLockSpace({ clock, schedule: queueMicrotask });
  return {
    clock,
    process() {
      let isCut = false;
      const driver = createMemoryLockDriver({ space });
      const silence = (): Promise<never> => Promise.reject(new LockError('ERR_LOCK_UNAVAILABLE', 'no answer'));
      const over: LockDriver = { ...driver };
      for (const name of ASKS) {
        const ask = driver[name] as (...args: unknown[]) => Promise<unknown>;
        Object.assign(over, { [name]: (...args: unknown[]) => (isCut ? silence() : ask(...args)) });
      }
      over.listen = (listener) =>
        driver.listen({
          ...listener,
          onGrant: (grant) => {
            if (!isCut) listener.onGrant(grant);
          },
        });
      const errors: Error[] = [];
      const onError = (error: Error): void => void errors.push(error);
      const locks = createLocks({ driver: over, clock, random: () => 0.5, onError });
      return {
        locks,
        errors,
        cut() {
          isCut = true;
        },
        heal() {
          isCut = false;
        },
        async [Symbol.asyncDispose]() {
          const closed = locks.close({ drainMs: 1000 });
          await clock.advance(1100);
          await closed;
        },
      };
    },
  };
}

/** Work that ends when it is told to. */
export function untilStopped({ signal }: { readonly signal: AbortSignal }): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
