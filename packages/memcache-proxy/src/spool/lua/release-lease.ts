import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Gives the lease of the replayer back.
 *
 * KEYS: 1 lease.
 * ARGV: 1 token of this holder.
 * Reply: 1, or 0 when it was not his any more.
 */
export const RELEASE_LEASE: RedisScript = createScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
