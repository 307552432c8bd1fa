import type { Election, Leadership } from '@lockstep/lock';

import type { CheckedWorkerOptions } from './worker-options.ts';

/** What this process leads. */
export interface Leaderships {
  /** Stands in the elections. */
  start(): void;
  /** The leadership of a `single` source, once its fence is set; undefined when another process leads, or none. */
  of(source: string): Leadership | undefined;
  /** @throws LockError ERR_LOCK_LOST, ERR_LOCK_STALE_TOKEN or ERR_LOCK_UNAVAILABLE when the leader may not write. */
  checkWrite(source: string, leadership: Leadership): Promise<void>;
  close(): Promise<void>;
}

/** One election, `refresh:<source>`, for each `single` source. */
export function createLeaderships(options: CheckedWorkerOptions): Leaderships {
  const { locks, fences, definitions, electionMs, onError } = options;
  const single = definitions.filter(({ single: isSingle }) => isSingle).map(({ name }) => name);
  const elections = new Map<string, Election>();
  const ready = new Map<string, Leadership>();

  const admit = (source: string, token: number): Promise<void> => fences!.admit(`refresh:${source}`, token);

  async function lead(source: string, leadership: Leadership): Promise<void> {
    // From here on the writes of an earlier leader are refused, also of keys that this one has not loaded yet.
    await admit(source, leadership.token);
    ready.set(source, leadership);
    const { signal } = leadership;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  return {
    start() {
      for (const source of single) {
        const onElected = (leadership: Leadership): Promise<void> => lead(source, leadership);
        elections.set(source, locks.elect(`refresh:${source}`, { onElected, ttlMs: electionMs, onError }));
      }
    },
    of(source) {
      const leadership = ready.get(source);
      return leadership?.isLeader() === true ? leadership : undefined;
    },
    async checkWrite(source, leadership) {
      leadership.assertHeld();
      await admit(source, leadership.token);
    },
    async close() {
      await Promise.all(Array.from(elections.values(), (election) => election.close()));
    },
  };
}
