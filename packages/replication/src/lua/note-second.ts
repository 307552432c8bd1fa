import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Notes keys that are to be deleted once more.
 *
 * KEYS: 1 stream · 2 bytes that the stream holds.
 * ARGV: 1 the keys, packed · 2 most bytes.
 * Reply: 1 when they are noted, 0 when there is no room.
 */
export const NOTE_SECOND: RedisScript = createScript(`
local size = #ARGV[1] + 64
local held = tonumber(redis.call('GET', KEYS[2]) or '0')
if held > 0 and held + size > tonumber(ARGV[2]) then return 0 end
redis.call('XADD', KEYS[1], '*', 'b', ARGV[1])
redis.call('INCRBY', KEYS[2], size)
return 1
`);
