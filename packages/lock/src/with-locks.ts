import type { SectionOptions } from './acquire-options.ts';
import { createExactSignal, type ExactSignal } from './lease/exact-signal.ts';
import type { HeldLease } from './lease/held-lease.ts';
import type { HeldLock } from './lease/lease.ts';
import type { LockRoom } from './lock-room.ts';
import { acquireAll } from './acquire-all.ts';
import { type Held, runSection } from './run-section.ts';

/** Several locks that are held together, as their section sees them. */
export interface HeldLocks extends Pick<HeldLock, 'signal' | 'isHeld' | 'assertHeld' | 'remainingMs'> {
  /** Each of them by its key, with its fencing token. */
  readonly locks: ReadonlyMap<string, HeldLock>;
}

/** Runs a section while several locks are held. */
export async function withLocks<T>(
  room: LockRoom,
  keys: readonly string[],
  options: SectionOptions,
  section: (locks: HeldLocks) => T | PromiseLike<T>,
): Promise<T> {
  const leases = await acquireAll(room, keys, options);
  return runSection(room, heldOf(leases), () => section(together(leases)), options);
}

function heldOf(leases: readonly HeldLease[]): Held {
  return {
    keys: leases.map(({ key }) => key),
    async giveBack() {
      const outcomes = await Promise.all(leases.map((lease) => lease.giveBack()));
      return outcomes.includes('lost') ? 'lost' : undefined;
    },
  };
}

function together(leases: readonly HeldLease[]): HeldLocks {
  let exact: ExactSignal | undefined;
  return {
    locks: new Map(leases.map((lease) => [lease.key, lease])),
    get signal() {
      if (exact === undefined) {
        const made = createExactSignal(
          () => leases.find(({ signal }) => signal.aborted)?.signal.reason as Error | undefined,
        );
        for (const { signal } of leases) signal.addEventListener('abort', made.look, { once: true });
        made.look();
        exact = made;
      }
      return exact.signal;
    },
    isHeld: () => leases.every(({ isHeld }) => isHeld()),
    assertHeld: () => {
      for (const { assertHeld } of leases) assertHeld();
    },
    remainingMs: () => Math.min(...leases.map(({ remainingMs }) => remainingMs())),
  };
}
