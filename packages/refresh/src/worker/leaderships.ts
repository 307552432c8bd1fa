import type { Election, Leadership } from '@lockstep/lock';

import { RefreshError } from '../refresh-error.ts';
import type { CheckedWorkerOptions } from './worker-options.ts';

/** What this process leads. */
export interface Leaderships {
  /** Stands in the elections. */
  start(): void;
  /** The leadership of a `single` source, once the store knows it; undefined when another process leads, or none. */
  of(source: string): Leadership | undefined;
  close(): Promise<void>;
}

/** One election, `refresh:<source>`, for each `single` source. */
export function createLeaderships(options: CheckedWorkerOptions): Leaderships {
  const { locks, store, definitions, electionMs, onError } = options;
  const single = definitions.filter(({ single: isSingle }) => isSingle).map(({ name }) => name);
  const elections = new Map<string, Election>();
  const ready = new Map<string, Leadership>();

  async function lead(source: string, leadership: Leadership): Promise<void> {
    const { token, signal } = leadership;
    // From here on the writes of an earlier leader are refused, also of keys that this one has not loaded yet.
    if (!(await store.admit(source, token, { signal }))) {
      throw new RefreshError('ERR_REFRESH_STORE', 'a later leader is known to the store', { source });
    }
    ready.set(source, leadership);
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
    async close() {
      await Promise.all(Array.from(elections.values(), (election) => election.close()));
    },
  };
}
