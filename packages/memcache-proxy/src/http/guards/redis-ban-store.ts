import type { RedisClient } from '@lockstep/core';

import { type BanStore, newVersion, parseStoredBans } from './ban-store.ts';
import { SAVE_BANS } from './lua/save-bans.ts';

/** Where in Redis the lists are. */
export interface RedisBanStoreOptions {
  /** You own it. */
  readonly client: RedisClient;
  /** A hash with the fields `version` and `lists`. @default 'lockstep:bans' */
  readonly key?: string;
}

/** Keeps the lists in Redis, for all workers of all machines. To ask for changes costs one small field. */
export function createRedisBanStore(options: RedisBanStoreOptions): BanStore {
  const { client, key = 'lockstep:bans' } = options;
  return {
    async load(knownVersion) {
      if (knownVersion !== undefined) {
        const version = await client.call('HGET', key, 'version');
        if (version === knownVersion) return 'unchanged';
      }
      // One command, so that both are of the same save.
      const [version, lists] = (await client.call('HMGET', key, 'version', 'lists')) as (string | null)[];
      return typeof version === 'string' ? parseStoredBans(lists ?? '', version) : undefined;
    },
    async save({ allow, ban }, knownVersion) {
      const version = newVersion();
      const lists = JSON.stringify({ allow, ban });
      const isSaved = await SAVE_BANS.run(client, [key], [knownVersion ?? '', version, lists]);
      return isSaved === 1 ? { version, allow, ban } : undefined;
    },
  };
}
