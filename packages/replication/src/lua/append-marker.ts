import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Appends a marker: a block of one delete of a key that nobody has.
 *
 * KEYS: 1 stream · 2 meta.
 * ARGV: 1 the block · 2 `1` to append it only where the stream was never begun.
 * Reply: its id; an empty text when there is no room in the stream, the shard is sealed, or the stream was begun.
 */
export const APPEND_MARKER: RedisScript = createScript(`
local meta = redis.call('HMGET', KEYS[2], 'operations', 'bytes', 'floor', 'max', 'sealed')
if meta[5] then return '' end
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[1]) == 1 then return '' end
local held = tonumber(meta[2] or '0') - tonumber(meta[3] or '0')
if meta[4] and held + #ARGV[1] + 64 > tonumber(meta[4]) then return '' end
local id = redis.call('XADD', KEYS[1], '*', 'b', ARGV[1], 'n', meta[1] or '0', 's', meta[2] or '0')
redis.call('HINCRBY', KEYS[2], 'operations', 1)
redis.call('HINCRBY', KEYS[2], 'bytes', #ARGV[1] + 64)
return id
`);
