import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Replaces the lists, unless another writer was first.
 *
 * KEYS: 1 hash.
 * ARGV: 1 the version that must be there, empty for none · 2 the new version · 3 the lists as JSON.
 * Reply: 1 when they were replaced, 0 when another version is there.
 */
export const SAVE_BANS: RedisScript = createScript(`
local current = redis.call('HGET', KEYS[1], 'version') or ''
if current ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'lists', ARGV[3])
return 1
`);
