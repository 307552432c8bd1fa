/** What is being invalidated and not confirmed yet: it is neither served nor kept by this process. */
export interface PendingWrites {
  hold(keys: readonly string[], tags: readonly string[]): void;
  release(keys: readonly string[], tags: readonly string[]): void;
  holdAll(): void;
  releaseAll(): void;
  hasKey(key: string): boolean;
  hasTag(tags: readonly string[]): boolean;
}

/** Counts holds, so that two writers of one key do not release each other's. */
export function createPendingWrites(): PendingWrites {
  const keyHolds = new Map<string, number>();
  const tagHolds = new Map<string, number>();
  let allHolds = 0;
  return {
    hold(keys, tags) {
      for (const key of keys) keyHolds.set(key, (keyHolds.get(key) ?? 0) + 1);
      for (const tag of tags) tagHolds.set(tag, (tagHolds.get(tag) ?? 0) + 1);
    },
    release(keys, tags) {
      for (const key of keys) lower(keyHolds, key);
      for (const tag of tags) lower(tagHolds, tag);
    },
    holdAll() {
      allHolds++;
    },
    releaseAll() {
      allHolds--;
    },
    hasKey: (key) => allHolds > 0 || keyHolds.has(key),
    hasTag: (tags) => tagHolds.size > 0 && tags.some((tag) => tagHolds.has(tag)),
  };
}

function lower(holds: Map<string, number>, name: string): void {
  const count = (holds.get(name) ?? 0) - 1;
  if (count > 0) holds.set(name, count);
  else holds.delete(name);
}
