import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Gives a claim back, if it is still the caller's.
 *
 * KEYS  1 claim
 * ARGV  1 token
 * Reply 1 when it was
 */
export const release: RedisScript = createScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
