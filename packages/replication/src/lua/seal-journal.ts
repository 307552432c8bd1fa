import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Ends a shard: from now on it takes no write, but for deletes of what had not fitted into it.
 *
 * KEYS: 1 meta.
 * Reply: 1 when it was sealed now, 0 when it was before.
 */
export const SEAL_JOURNAL: RedisScript = createScript(`
return redis.call('HSETNX', KEYS[1], 'sealed', '1')
`);
