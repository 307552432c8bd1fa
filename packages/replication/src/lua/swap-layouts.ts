import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Replaces the record of a journal's layouts when it is still the one that was read.
 *
 * KEYS: 1 the record.
 * ARGV: 1 the record as it was read · 2 the new one.
 * Reply: 1 when it is replaced, 0 when it was another one.
 */
export const SWAP_LAYOUTS: RedisScript = createScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1
`);
