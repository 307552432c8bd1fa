import type { WorkerStats } from '@lockstep/refresh';

import { Engine, type EngineShares, type EngineVersion } from './engine.ts';

/** How long tasks in hand may go on when a version ends, or the process does, in milliseconds. */
const drainMs = 4000;

/** The engines of a process: one at a time, but for the moment in which one takes over from another. */
export class Engines {
  readonly #shares: EngineShares;
  readonly #counted: Partial<Record<keyof WorkerStats, number>> = {};
  #engine: Engine | undefined;

  constructor(shares: EngineShares) {
    this.#shares = shares;
  }

  /** What the workers of all versions have counted. */
  count(name: keyof WorkerStats): number {
    return (this.#counted[name] ?? 0) + (this.#engine?.stats()[name] ?? 0);
  }

  /** Whether this process refreshes a `single` source at this moment. */
  leads(source: string): boolean {
    return this.#engine?.leads(source) ?? false;
  }

  /**
   * Makes the engine of another version, and returns what puts it in place: the new one takes tasks before the old one
   * ends those that it has. Without a call of that nothing has changed.
   */
  async prepare(version: EngineVersion): Promise<() => Promise<void>> {
    const next = await Engine.create(version, this.#shares);
    return async () => {
      const before = this.#engine;
      next.start();
      this.#engine = next;
      for (const name of this.#shares.meters.keys()) {
        if (!version.refresh.sources.has(name)) this.#shares.meters.delete(name);
      }
      await this.#retire(before);
    };
  }

  /** Idempotent. */
  async close(): Promise<void> {
    const engine = this.#engine;
    this.#engine = undefined;
    await this.#retire(engine);
  }

  async #retire(engine: Engine | undefined): Promise<void> {
    if (engine === undefined) return;
    await engine.close(drainMs);
    const stats = engine.stats();
    for (const name of Object.keys(stats) as (keyof WorkerStats)[]) {
      this.#counted[name] = (this.#counted[name] ?? 0) + stats[name];
    }
  }
}
