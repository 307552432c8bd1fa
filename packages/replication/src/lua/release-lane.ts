import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Lets a lane go whose batch may not have been committed. Its intent stays.
 *
 * KEYS: 1 lane: hash of `cursor` and `token` · 2 holder.
 * ARGV: 1 name of the holder · 2 its token.
 * Reply: 1 when no other batch was begun since the token was given out, 0 when one may have been.
 */
export const RELEASE_LANE: RedisScript = createScript(`
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[2] then return 0 end
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1
`);
