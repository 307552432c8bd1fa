import type { Clock } from '@lockstep/core';
import { createCoherentMap, type InvalidationLog } from '@lockstep/invalidation';

import { checkNumber } from '../check-number.ts';
import { partOf } from '../store/memory/held-content.ts';
import type { Content, Part } from '../store/content.ts';
import type { Freshness, StoredEntry } from '../store/entry-store.ts';

/** How much of the store a process remembers. */
export interface MemoryOptions {
  /** The least recently used entries are forgotten beyond this number. @default 1000 */
  readonly maxEntries?: number;
  /**
   * An entry that was replaced, patched or invalidated is served no longer than this after the log was told, in ms.
   * While the log is not heard for so long, everything is read from the store. @default 2000
   */
  readonly maxStalenessMs?: number;
}

/** What was found in the process. */
export interface LocalFind<D> {
  readonly freshness: Freshness;
  readonly data: D;
}

/** Entries that this process has read, for as long as they are fresh and the log says nothing about them. */
export interface LocalEntries {
  find<D>(key: string, part: Part, interpret: (content: Content) => D): LocalFind<D> | undefined;
  /** Reads a whole entry and remembers it, unless the log says something about it meanwhile. */
  load(key: string, read: () => Promise<StoredEntry | undefined>): Promise<StoredEntry | undefined>;
  close(): Promise<void>;
}

interface Kept {
  readonly entry: StoredEntry;
  /** Monotonic moment before it was read. */
  readonly at: number;
  /** What the last reader made of the whole of it. */
  interpret?: unknown;
  data?: unknown;
}

/** @throws RangeError for options that make no sense. */
export function createLocalEntries(
  { maxEntries = 1000, maxStalenessMs = 2000 }: MemoryOptions,
  log: InvalidationLog,
  clock: Clock,
  onError: (error: Error) => void,
): LocalEntries {
  checkNumber('maxEntries', maxEntries, { min: 1, isInteger: true });
  checkNumber('maxStalenessMs', maxStalenessMs, { min: 100, max: 3_600_000 });
  const map = createCoherentMap<Kept | undefined>({ log, maxEntries, maxStalenessMs, clock, onError });
  // It rejects when the gateway is closed before the log was heard, which nobody waits for.
  map.ready.catch(() => undefined);

  function interpretWhole<D>(kept: Kept, interpret: (content: Content) => D): D {
    if (kept.interpret !== interpret) {
      kept.data = interpret(kept.entry.content);
      kept.interpret = interpret;
    }
    return kept.data as D;
  }

  return {
    find(key, part, interpret) {
      const kept = map.get(key);
      if (kept === undefined) return undefined;
      const { entry, at } = kept;
      const elapsedMs = clock.monotonic() - at;
      const freshForMs = entry.freshForMs - elapsedMs;
      // Whether there is something newer, the store knows.
      if (freshForMs <= 0) {
        map.delete(key);
        return undefined;
      }
      try {
        const data = part.kind === 'whole' ? interpretWhole(kept, interpret) : interpret(partOf(entry.content, part));
        const { ticket, size, validator } = entry;
        return { freshness: { ticket, ageMs: entry.ageMs + elapsedMs, freshForMs, size, validator }, data };
      } catch {
        // What cannot be read is the business of the read of the store, which finds the same.
        map.delete(key);
        return undefined;
      }
    },
    async load(key, read) {
      const kept = await map.getOrLoad(key, async () => {
        const at = clock.monotonic();
        const entry = await read();
        return entry && { entry, at };
      });
      return kept?.entry;
    },
    close: () => map.close(),
  };
}
