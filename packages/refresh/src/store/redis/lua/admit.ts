import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Notes who leads a source.
 *
 * KEYS  1 newest leader of the source
 * ARGV  1 leader, 2 for how long it is kept, in ms
 * Reply 1, or 0 when a later one is known
 */
export const admit: RedisScript = createScript(`
if tonumber(redis.call('GET', KEYS[1]) or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`);
