/** A load under way, which learns whether its key was invalidated meanwhile. */
export interface FencedLoad {
  readonly isCurrent: boolean;
  /** Call it when the load has ended, however it did. */
  end(): void;
}

/** Tells loads whether what they bring may be kept. */
export interface LoadFence {
  begin(key: string): FencedLoad;
  /** What loads of this key bring was read too early. */
  invalidate(key: string): void;
  /** What any load brings was read too early. */
  invalidateAll(): void;
}

/** Holds only the loads that are under way, so that it never grows with the number of keys. */
export function createLoadFence(): LoadFence {
  const loads = new Map<string, Set<{ isCurrent: boolean }>>();
  function invalidate(key: string): void {
    for (const load of loads.get(key) ?? []) load.isCurrent = false;
    loads.delete(key);
  }
  return {
    begin(key) {
      const load = {
        isCurrent: true,
        end() {
          const others = loads.get(key);
          others?.delete(load);
          if (others?.size === 0) loads.delete(key);
        },
      };
      const others = loads.get(key);
      if (others === undefined) loads.set(key, new Set([load]));
      else others.add(load);
      return load;
    },
    invalidate,
    invalidateAll() {
      for (const key of loads.keys()) invalidate(key);
    },
  };
}
