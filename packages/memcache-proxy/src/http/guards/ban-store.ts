import { randomUUID } from 'node:crypto';

import type { AddressRulesSnapshot } from './address-lists.ts';

/** The lists that the admin routes keep, and which version of them it is. */
export interface StoredBans extends AddressRulesSnapshot {
  /** Another with each change; says nothing by itself. */
  readonly version: string;
}

/** What every call of a store takes. */
export interface BanStoreCallOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where the lists of the admin routes are kept, so that other workers and the next start have them.
 * Every call may reject; what is in force stays in force then.
 */
export interface BanStore {
  /** What is kept; `unchanged` when it is still that version, undefined when nothing is kept. */
  load(knownVersion: string | undefined, options?: BanStoreCallOptions): Promise<StoredBans | 'unchanged' | undefined>;
  /**
   * Replaces what is kept if it is `knownVersion` (undefined: nothing), in one step.
   * Resolves with what is kept then, or undefined when another writer was first.
   */
  save(
    lists: AddressRulesSnapshot,
    knownVersion: string | undefined,
    options?: BanStoreCallOptions,
  ): Promise<StoredBans | undefined>;
}

/** A version that no other has. */
export function newVersion(): string {
  return randomUUID();
}

/** Keeps the lists in this process only, until it ends. */
export function createMemoryBanStore(): BanStore {
  let stored: StoredBans | undefined;
  return {
    load: async (knownVersion) => (stored !== undefined && stored.version === knownVersion ? 'unchanged' : stored),
    async save({ allow, ban }, knownVersion) {
      if (stored?.version !== knownVersion) return undefined;
      stored = { version: newVersion(), allow, ban };
      return stored;
    },
  };
}

/**
 * Reads what a store kept as JSON.
 *
 * @throws TypeError when it is something else.
 */
export function parseStoredBans(json: string, version?: string): StoredBans {
  const value = JSON.parse(json) as Partial<StoredBans> | null;
  const found = version ?? value?.version;
  if (typeof found !== 'string' || !Array.isArray(value?.allow) || !Array.isArray(value.ban)) {
    throw new TypeError('what the ban store has is not { version, allow, ban }');
  }
  return { version: found, allow: value.allow, ban: value.ban };
}
