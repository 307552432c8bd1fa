import type { Clock } from '@lockstep/core';

/** Remembers something of keys for a while, and of so many at most. */
export interface RecentKeys<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
}

/** Makes one that forgets after `ttlMs`, and the oldest first when there are more than `maxKeys`. */
export function createRecentKeys<T>(clock: Clock, ttlMs: number, maxKeys: number): RecentKeys<T> {
  const entries = new Map<string, { readonly value: T; readonly until: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (clock.monotonic() < entry.until) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value) {
      // A Map keeps the order of insertion: the first is the one that ends first.
      entries.delete(key);
      entries.set(key, { value, until: clock.monotonic() + ttlMs });
      if (entries.size <= maxKeys) return;
      const [oldest] = entries.keys();
      entries.delete(oldest!);
    },
    delete: (key) => void entries.delete(key),
  };
}
