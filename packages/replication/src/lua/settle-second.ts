import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Drops a note whose keys were deleted once more.
 *
 * KEYS: 1 stream · 2 bytes that the stream holds.
 * ARGV: 1 id of the note · 2 size of its packed keys.
 * Reply: how many notes are left.
 */
export const SETTLE_SECOND: RedisScript = createScript(`
if redis.call('XDEL', KEYS[1], ARGV[1]) == 1 then redis.call('DECRBY', KEYS[2], ARGV[2] + 64) end
local left = redis.call('XLEN', KEYS[1])
if left == 0 then redis.call('DEL', KEYS[2]) end
return left
`);
