import type { AcquireOptions, SectionOptions } from './acquire-options.ts';
import type { LockInfo, LockShape } from './driver/lock-driver.ts';
import type { HeldLock, Lease } from './lease/lease.ts';
import type { LockRoom } from './lock-room.ts';
import { type SectionArguments, sectionOf } from './section-arguments.ts';
import { withLock } from './with-lock.ts';

/** A lock that several may hold together, acquired as other locks are. A lock delay does not apply to it. */
export interface ShapedLock {
  readonly key: string;
  /** Runs a section while it is held, and settles as the section does, after it; see `Locks.withLock`. */
  withLock<T>(section: (lock: HeldLock) => T | PromiseLike<T>): Promise<T>;
  withLock<T>(options: SectionOptions, section: (lock: HeldLock) => T | PromiseLike<T>): Promise<T>;
  /** Waits for it. Give the lease back. */
  acquire(options?: AcquireOptions): Promise<Lease>;
  /** It, if it is to be had now and nobody waits for it, else undefined. */
  tryAcquire(options?: AcquireOptions): Promise<Lease | undefined>;
  /** How many hold it and wait, and who holds it longest; undefined when nobody does. */
  inspect(options?: { readonly signal?: AbortSignal | undefined }): Promise<LockInfo | undefined>;
}

/** The lock of a key and shape. `openRoom` is asked for its family's room when it is first used. */
export function createShapedLock(openRoom: () => LockRoom, key: string, shape: LockShape): ShapedLock {
  return {
    key,
    withLock: async <T>(...rest: SectionArguments<HeldLock, T>): Promise<T> => {
      const [options, section] = sectionOf(rest);
      return withLock(openRoom(), key, { ...options, shape } as SectionOptions, section);
    },
    acquire: async (options) => openRoom().acquire(key, { ...options, shape } as AcquireOptions),
    tryAcquire: async (options) => openRoom().tryAcquire(key, { ...options, shape } as AcquireOptions),
    inspect: async ({ signal } = {}) => openRoom().inspect(key, signal),
  };
}
