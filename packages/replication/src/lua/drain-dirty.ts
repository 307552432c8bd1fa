import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Appends a block of deletes or clears and takes what it stands for out of the set of dirty keys or classes, in one step,
 * where the stream is not above half of its bound with it, or holds nothing else.
 *
 * KEYS: 1 stream · 2 meta · 3 dirty keys or classes.
 * ARGV: 1 the block · 2 its number of operations · 3 field of meta with the bytes of the set · 4 and on: keys or prefixes.
 * Reply: how many are left, or -1 when there is no room and nothing was done.
 */
export const DRAIN_DIRTY: RedisScript = createScript(`
local meta = redis.call('HMGET', KEYS[2], 'operations', 'bytes', 'floor', 'max')
local held, size = tonumber(meta[2] or '0') - tonumber(meta[3] or '0'), #ARGV[1] + 64
if held > 0 and meta[4] and held + size > tonumber(meta[4]) / 2 then return -1 end
redis.call('XADD', KEYS[1], '*', 'b', ARGV[1], 'n', meta[1] or '0', 's', meta[2] or '0')
redis.call('HINCRBY', KEYS[2], 'operations', ARGV[2])
redis.call('HINCRBY', KEYS[2], 'bytes', size)
for i = 4, #ARGV do
  if redis.call('SREM', KEYS[3], ARGV[i]) == 1 then redis.call('HINCRBY', KEYS[2], ARGV[3], -(#ARGV[i] + 64)) end
end
return redis.call('SCARD', KEYS[3])
`);
