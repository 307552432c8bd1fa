import type { AcquireRequest } from '../driver/lock-driver.ts';

/** More than this are not remembered: what is granted to the others runs out by itself, and soon. */
const MAX_ORPHANS = 1000;

/** Who does not want a lock any more, whether he has it or stands in line. */
export type Leaver = Pick<AcquireRequest, 'key' | 'owner' | 'ttlMs'>;

/**
 * Owners that gave up waiting while the lock service could not be told. What is granted to them later is given back at
 * once. An owner that is not here is never touched: it may be at work.
 */
export class Orphans {
  readonly #all = new Map<string, Leaver>();

  add(orphan: Leaver): void {
    this.#all.set(orphan.owner, orphan);
    if (this.#all.size <= MAX_ORPHANS) return;
    const [oldest] = this.#all.keys();
    this.#all.delete(oldest!);
  }

  /** The orphan, if the owner was one; he is none any more. */
  take(owner: string): Leaver | undefined {
    const orphan = this.#all.get(owner);
    this.#all.delete(owner);
    return orphan;
  }

  /** All of them; there are none any more. */
  takeAll(): Leaver[] {
    const all = [...this.#all.values()];
    this.#all.clear();
    return all;
  }
}
