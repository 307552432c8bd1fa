import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Appends a block of deletes and takes its keys out of the set of dirty keys, in one step.
 *
 * KEYS: 1 stream · 2 meta · 3 dirty keys.
 * ARGV: 1 the block · 2 its number of operations · 3 and on: its keys.
 * Reply: how many keys are left.
 */
export const DRAIN_DIRTY: RedisScript = createScript(`
local meta = redis.call('HMGET', KEYS[2], 'operations', 'bytes')
redis.call('XADD', KEYS[1], '*', 'b', ARGV[1], 'n', meta[1] or '0', 's', meta[2] or '0')
redis.call('HINCRBY', KEYS[2], 'operations', ARGV[2])
redis.call('HINCRBY', KEYS[2], 'bytes', #ARGV[1] + 64)
for i = 3, #ARGV do redis.call('SREM', KEYS[3], ARGV[i]) end
return redis.call('SCARD', KEYS[3])
`);
