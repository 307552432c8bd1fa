import type { Clock } from '@lockstep/core';

/** Keys of which nothing may be kept, because somebody is writing them. */
export interface Fences {
  readonly size: number;
  /** Puts up a fence that falls by itself after `ttlMs`. */
  raise(key: string, id: string, ttlMs: number): void;
  /** Takes down this fence; others of the same key stay. */
  lift(key: string, id: string): void;
  has(key: string): boolean;
}

/** Fences of up to `maxKeys` keys. Beyond that, nothing at all may be kept until the last of them has fallen. */
export function createFences(clock: Clock, maxKeys: number): Fences {
  const fences = new Map<string, Map<string, number>>();
  let allUntil = -Infinity;

  function sweep(now: number): void {
    for (const [key, ends] of fences) {
      for (const [id, until] of ends) if (until <= now) ends.delete(id);
      if (ends.size === 0) fences.delete(key);
    }
  }

  return {
    get size() {
      return fences.size;
    },
    raise(key, id, ttlMs) {
      const now = clock.monotonic();
      if (fences.size >= maxKeys) sweep(now);
      if (fences.size >= maxKeys && !fences.has(key)) {
        allUntil = Math.max(allUntil, now + ttlMs);
        return;
      }
      const ends = fences.get(key) ?? new Map<string, number>();
      ends.set(id, now + ttlMs);
      fences.set(key, ends);
    },
    lift(key, id) {
      const ends = fences.get(key);
      ends?.delete(id);
      if (ends?.size === 0) fences.delete(key);
    },
    has(key) {
      if (fences.size === 0 && allUntil === -Infinity) return false;
      const now = clock.monotonic();
      if (allUntil > now) return true;
      const ends = fences.get(key);
      if (ends === undefined) return false;
      for (const until of ends.values()) if (until > now) return true;
      fences.delete(key);
      return false;
    },
  };
}
