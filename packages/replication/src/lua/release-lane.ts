import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Lets a lane go whose batch was not committed. Its intent stays.
 *
 * KEYS: 1 holder.
 * ARGV: 1 name of the holder.
 * Reply: 1 when it was the holder, 0 when not.
 */
export const RELEASE_LANE: RedisScript = createScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`);
