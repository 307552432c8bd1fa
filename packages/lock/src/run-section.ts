import type { SectionOptions } from './acquire-options.ts';
import { LockError } from './lock-error.ts';
import type { LockRoom } from './lock-room.ts';

/** What a section runs under. */
export interface Held {
  readonly keys: readonly string[];
  /**
   * Gives it back by one attempt, and goes on in the background. Never rejects. `lost`: one of them was lost before;
   * undefined: it goes on.
   */
  giveBack(): Promise<'released' | 'lost' | undefined>;
}

/** Runs a section, gives back what it held, and settles as the section does. */
export async function runSection<T>(
  room: LockRoom,
  held: Held,
  section: () => T | PromiseLike<T>,
  { onLost = 'report' }: SectionOptions,
): Promise<T> {
  const frame = room.reentrancy.enter(held.keys);
  room.sectionBegan();
  let value: T;
  let isLost = false;
  try {
    value = await room.reentrancy.run(frame, section);
  } finally {
    frame.isOver = true;
    isLost = (await held.giveBack()) === 'lost';
    room.sectionEnded();
  }
  if (!isLost) return value;
  const names = held.keys.map((key) => `"${key}"`).join(', ');
  const message = `the lease on ${names} was lost before its section ended`;
  const loss = new LockError('ERR_LOCK_LOST', message, { key: held.keys[0] });
  if (onLost === 'throw') throw loss;
  room.options.onError(loss);
  return value;
}
