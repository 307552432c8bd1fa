/** What is done with the server. */
export interface Work {
  /** `getMany` reads 100 keys with one call, or with 100 where there is no such call. */
  readonly verb: 'get' | 'set' | 'getMany';
  readonly valueBytes: number;
  /** How many calls are kept in flight. */
  readonly concurrency: number;
}

/** How many keys a `getMany` reads. */
export const keysPerCall = 100;

/** Keys of the length that keys usually have. */
export const keys: readonly string[] = Array.from({ length: 1000 }, (_, index) => `bench:user:${1_000_000 + index}`);

/** Runs of keys for `getMany`, each other than the one before. */
export const keySets: readonly (readonly string[])[] = Array.from({ length: 50 }, (_, set) =>
  Array.from({ length: keysPerCall }, (_unused, index) => keys[(set * 37 + index) % keys.length]!),
);

/** The keys of values of 1 MB. */
export const largeKeys: readonly string[] = Array.from({ length: 8 }, (_, index) => `bench:file:${index}`);

/** A value of 1 MB: as large as it may be with memcached's own settings, its header included. */
export const largeBytes = 1_000_000;

/** The key of the n-th call. */
export function keyAt(index: number): string {
  return keys[index % keys.length]!;
}

/** A value of that length. */
export function valueOf(bytes: number): Buffer {
  return Buffer.alloc(bytes, 'v');
}

/** A run that reads anything but what was stored measures nothing. */
export function expectLength(length: number | undefined, bytes: number): void {
  if (length !== bytes) throw new Error(`read ${length} bytes, expected ${bytes}`);
}
