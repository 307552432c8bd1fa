import type { MemcachePool } from '@lockstep/memcache';

import type { DeleteReach } from '../backend/delete-spool.ts';
import { brokenKeyRule } from '../backend/key-rule.ts';
import type { DeleteOutcome, DeleteTarget } from './apply-deletes.ts';
import { deleteUnproven } from './delete-unproven.ts';

/** What of a pool the replayer uses. */
export type ReplayedPool = Pick<
  MemcachePool,
  'ring' | 'nodes' | 'capabilities' | 'applyBatch' | 'deleteMany' | 'deleteEverywhere' | 'meta'
>;

/**
 * Carries out spooled deletes on pools.
 *
 * Only the node that owns the key can confirm: while it is down and another one stands in for it, the delete goes
 * there too, and is owed as before.
 *
 * A value that is proven to be newer than its entry stays; what has no proof is deleted by its CAS value, so that nothing
 * that is stored meanwhile goes with it.
 *
 * An entry that is to reach every node is confirmed by all of them; one that is for the owner alone leaves the
 * stand-in what it has. A key that the pool never takes is refused.
 *
 * @param get the pool of that name as it is now, or undefined.
 */
export function createPoolDeletes(get: (pool: string) => ReplayedPool | undefined): DeleteTarget {
  const poolNamed = (name: string): ReplayedPool => {
    const pool = get(name);
    if (pool === undefined) throw new RangeError(`there is no pool ${JSON.stringify(name)} any more`);
    return pool;
  };
  return {
    nodeOf(name, key) {
      const { host, port } = poolNamed(name).ring.get(key);
      return port === undefined ? host : `${host}:${port}`;
    },
    async apply(name, keys, { reach, claim, ...options }) {
      const pool = poolNamed(name);
      if (reach === 'everywhere') return Promise.all(keys.map((key) => deleteEverywhere(pool, key, options)));
      if (claim !== undefined && takesClaims(pool, keys)) {
        const outcomes = await deleteUnproven(pool, keys, claim, options);
        if (outcomes.every(({ confirmed }) => confirmed)) return outcomes;
        const open = keys.filter((_, index) => !outcomes[index]!.confirmed);
        await forgetStandIn(pool, open, reach, options);
        return outcomes;
      }
      try {
        await pool.applyBatch(
          keys.map((key) => ({ kind: 'delete', key })),
          options,
        );
        return keys.map(() => ({ confirmed: true }));
      } catch (error) {
        if (keys.length === 1 && isBadKey(error)) return [{ confirmed: false, isRefused: true, error }];
        // The pool refuses the batch as a whole for one key that it never takes.
        if (isBadKey(error))
          return (await Promise.all(keys.map((key) => this.apply(name, [key], { ...options, reach })))).flat();
        await forgetStandIn(pool, keys, reach, options);
        return keys.map(() => ({ confirmed: false, error }));
      }
    },
  };
}

/** Whoever stands in for the node must not go on serving them. Never rejects. */
async function forgetStandIn(
  pool: ReplayedPool,
  keys: readonly Buffer[],
  reach: DeleteReach | undefined,
  options: { readonly signal: AbortSignal },
): Promise<void> {
  if (reach !== 'owner' && pool.nodes().some(({ up }) => !up)) await pool.deleteMany(keys, options);
}

/** Keys that are no text have no proofs. */
function takesClaims(pool: ReplayedPool, keys: readonly Buffer[]): boolean {
  return pool.capabilities.meta && keys.every((key) => brokenKeyRule(key) === undefined);
}

async function deleteEverywhere(
  pool: ReplayedPool,
  key: Buffer,
  options: { readonly signal: AbortSignal },
): Promise<DeleteOutcome> {
  try {
    await pool.deleteEverywhere(key, options);
    return { confirmed: true };
  } catch (error) {
    return { confirmed: false, isRefused: isBadKey(error), error };
  }
}

function isBadKey(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'ERR_MEMCACHE_BAD_KEY';
}
