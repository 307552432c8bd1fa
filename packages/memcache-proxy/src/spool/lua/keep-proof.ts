import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Keeps the proof that a node has confirmed a value after an entry was appended.
 *
 * KEYS: 1 stream, 2 hash of proofs.
 * ARGV: 1 field: pool, line feed, key; 2 id of the entry; 3 CAS value; 4 node.
 * Reply: 2 kept; 1 a replay is about to delete that value; 0 the entry is not there any more.
 */
export const KEEP_PROOF: RedisScript = createScript(`
if #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 0 then return 0 end
local value = ARGV[3] .. ' ' .. ARGV[4]
local now = redis.call('HGET', KEYS[2], ARGV[1])
if now and string.match(now, '^c %d+%-%d+ (.*)$') == value then return 1 end
redis.call('HSET', KEYS[2], ARGV[1], 'p ' .. ARGV[2] .. ' ' .. value)
return 2
`);
