import { createHash } from 'node:crypto';

/** What the class of a key says that its writes do; see the topology. */
export type KeyPolicy = 'replicate' | 'invalidate' | 'none';

/** One write that a client made, as far as the client can know. */
export interface Write {
  /** Digest of the value stored; undefined for a delete. */
  readonly digest: string | undefined;
  readonly region: string;
  /** Wall-clock milliseconds after which the value must be gone; Infinity without a TTL. */
  readonly expiresAtMs: number;
  /** Monotonic milliseconds around the call. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** True when the call failed: it may have taken effect or not. */
  readonly uncertain: boolean;
}

/** The writes of one key that its present state may still come from. */
export interface KeyRecord {
  readonly key: string;
  readonly policy: KeyPolicy;
  readonly writes: readonly Write[];
}

/**
 * Knows, for every key, which values may be found from now on. A write that ended before a later,
 * confirmed one began may never be seen again: finding it is finding something stale.
 */
export class Ledger {
  readonly #records = new Map<string, KeyRecord>();

  note(key: string, policy: KeyPolicy, write: Write): void {
    const earlier = this.#records.get(key)?.writes ?? [];
    const kept = write.uncertain ? earlier : earlier.filter((other) => other.endedAt >= write.startedAt);
    this.#records.set(key, { key, policy, writes: [...kept, write] });
  }

  /** False when a read that began after every noted write could only have returned something stale. */
  allows(key: string, digest: string): boolean {
    return this.#records.get(key)?.writes.some((write) => write.digest === digest) ?? false;
  }

  records(): KeyRecord[] {
    return [...this.#records.values()];
  }
}

/** Values are compared by digest, so that the ledger of a long run stays small. */
export function digestOf(value: Uint8Array): string {
  return createHash('sha1').update(value).digest('base64');
}
