/** What is done to a key. */
export type Verb = 'get' | 'set';

export const verbs: readonly Verb[] = ['get', 'set'];

/** The value of every key. */
export const value: Buffer = Buffer.alloc(100, 'v');

/** Keys of the length that keys usually have. */
export const keys: readonly string[] = Array.from({ length: 1000 }, (_, index) => `bench:user:${1_000_000 + index}`);

/** The key of the n-th operation. */
export function keyAt(index: number): string {
  return keys[index % keys.length]!;
}

/** A run that reads anything but what was stored measures nothing. */
export function expectValue(read: Uint8Array | null | undefined): void {
  if (read?.length !== value.length) throw new Error(`read ${read?.length} bytes, expected ${value.length}`);
}
