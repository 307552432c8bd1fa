import { createMetaDriver, type NodeAddress } from '@lockstep/memcache';

import { CannotWalk, walkKeys } from './walk-keys.ts';

/** Deletes in one go. */
const batchSize = 500;
const batchTimeoutMs = 5000;

/** How one memcached is cleared. */
export interface ClearNodeOptions {
  /** Whether a key stays all the same. */
  readonly isKept: (key: Buffer) => boolean;
  readonly signal: AbortSignal;
}

/**
 * Deletes every key of one memcached that starts with one of `prefixes`, an empty one meaning all keys. Where the
 * server cannot walk over its keys, it drops everything.
 *
 * @throws whatever kept it from confirming that they are gone.
 */
export async function clearNode(
  address: NodeAddress,
  prefixes: readonly Buffer[],
  { signal, isKept }: ClearNodeOptions,
): Promise<'walked' | 'flushed'> {
  await using driver = createMetaDriver(address, { keys: 'binary' });
  const flush = async (): Promise<'flushed'> => {
    await driver.flushAll({ timeoutMs: batchTimeoutMs, signal });
    return 'flushed';
  };
  const isMeant = (key: Buffer): boolean =>
    prefixes.some((prefix) => key.subarray(0, prefix.length).equals(prefix)) && !isKept(key);
  try {
    for await (const keys of walkKeys(address, { signal })) {
      const deletes = keys.filter(({ key }) => isMeant(key)).map(({ key }) => ({ kind: 'delete' as const, key }));
      for (let at = 0; at < deletes.length; at += batchSize) {
        await driver.batch(deletes.slice(at, at + batchSize), { timeoutMs: batchTimeoutMs, signal });
      }
    }
  } catch (error) {
    if (error instanceof CannotWalk) return await flush();
    throw error;
  }
  return 'walked';
}
