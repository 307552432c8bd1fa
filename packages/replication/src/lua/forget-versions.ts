import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Forgets what is known of all keys of a part, as a whole class of them was written by operations without a version.
 *
 * KEYS: 1 newer · 2 older · 3 meta.
 * Reply: 1.
 */
export const FORGET_VERSIONS: RedisScript = createScript(`
local time = redis.call('TIME')
local now = string.format('%.0f', tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[3], 'from', now, 'bornAt', now, 'bytes', '0', 'olderTo', now)
return 1
`);
