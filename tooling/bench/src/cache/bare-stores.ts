import { LRUCache } from 'lru-cache';

/** A store in the process and nothing around it. */
export interface BareStore {
  readonly name: string;
  open(maxEntries: number): {
    get(id: string): object | undefined;
    set(id: string, item: object): void;
  };
}

const ttlMs = 3_600_000;

export const bareMap: BareStore = {
  name: 'a bare Map',
  open() {
    const items = new Map<string, object>();
    return { get: (id) => items.get(id), set: (id, item) => void items.set(id, item) };
  },
};

export const bareLru: BareStore = {
  name: 'bare lru-cache',
  open(maxEntries) {
    const items = new LRUCache<string, object>({ max: maxEntries });
    return { get: (id) => items.get(id), set: (id, item) => void items.set(id, item) };
  },
};

/** By default lru-cache looks at the clock once in a millisecond at most, by a timer. */
export const bareLruWithTtl: BareStore = {
  name: 'bare lru-cache with ttl',
  open(maxEntries) {
    const items = new LRUCache<string, object>({ max: maxEntries, ttl: ttlMs });
    return { get: (id) => items.get(id), set: (id, item) => void items.set(id, item) };
  },
};

/** It looks at the clock with every read: what a read costs that cannot serve too long. */
export const bareLruWithExactTtl: BareStore = {
  name: 'bare lru-cache with ttl, ttlResolution 0',
  open(maxEntries) {
    const items = new LRUCache<string, object>({ max: maxEntries, ttl: ttlMs, ttlResolution: 0 });
    return { get: (id) => items.get(id), set: (id, item) => void items.set(id, item) };
  },
};

/** The least that a read can cost which looks at the clock itself, and so cannot serve too long. */
export const bareMapWithClock: BareStore = {
  name: 'a bare Map and one look at the clock',
  open() {
    const items = new Map<string, object>();
    const until = Date.now() + ttlMs;
    return {
      get: (id) => (Date.now() < until ? items.get(id) : undefined),
      set: (id, item) => void items.set(id, item),
    };
  },
};
