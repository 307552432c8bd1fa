import type { SectionOptions } from './acquire-options.ts';
import type { HeldLock } from './lease/lease.ts';
import type { LockRoom } from './lock-room.ts';
import { runSection } from './run-section.ts';

/** Runs a section while one lock is held. */
export async function withLock<T>(
  room: LockRoom,
  key: string,
  options: SectionOptions,
  section: (lock: HeldLock) => T | PromiseLike<T>,
): Promise<T> {
  const lease = await room.acquire(key, options);
  return runSection(room, lease, () => section(lease), options);
}
