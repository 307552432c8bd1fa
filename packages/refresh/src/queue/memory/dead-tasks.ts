import type { DeadTask } from '../refresh-queue.ts';

/** The tasks that failed for good, at most one per key, with a bound on their number and their age. */
export class DeadTasks {
  /** The oldest first. */
  readonly #byKey = new Map<string, DeadTask>();
  readonly #maxDead: number;
  readonly #deadForMs: number;
  readonly #now: () => number;

  constructor(bounds: { readonly maxDead: number; readonly deadForMs: number }, now: () => number) {
    this.#maxDead = bounds.maxDead;
    this.#deadForMs = bounds.deadForMs;
    this.#now = now;
  }

  get size(): number {
    this.#trim();
    return this.#byKey.size;
  }

  add(task: DeadTask): void {
    this.#byKey.delete(task.key);
    this.#byKey.set(task.key, task);
    this.#trim();
  }

  newest(limit: number): DeadTask[] {
    this.#trim();
    return [...this.#byKey.values()].toReversed().slice(0, limit);
  }

  /** The keys of all, the oldest first. */
  keys(): string[] {
    this.#trim();
    return [...this.#byKey.keys()];
  }

  delete(key: string): boolean {
    this.#trim();
    return this.#byKey.delete(key);
  }

  #trim(): void {
    const since = this.#now() - this.#deadForMs;
    for (const [key, { failedAt }] of this.#byKey) {
      if (this.#byKey.size <= this.#maxDead && failedAt > since) return;
      this.#byKey.delete(key);
    }
  }
}
