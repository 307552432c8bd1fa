import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Moves a cursor from `prev` to `last` when no other batch was begun meanwhile, and lets the lane go.
 *
 * KEYS: 1 lane: hash of `cursor` and `token` · 2 holder · 3 intent.
 * ARGV: 1 name of the holder · 2 its token · 3 prev · 4 last.
 * Reply: 1 `committed`, now or by an earlier copy of this call, or `fenced`: nothing was done, as another took the
 * lane over · 2 the cursor after the call.
 */
export const COMMIT_BATCH: RedisScript = createScript(`
local state = redis.call('HMGET', KEYS[1], 'cursor', 'token')
local cursor = state[1] or '0-0'
if state[2] ~= ARGV[2] then return {'fenced', cursor} end
if cursor == ARGV[4] then return {'committed', cursor} end
if cursor ~= ARGV[3] then return {'fenced', cursor} end
redis.call('HSET', KEYS[1], 'cursor', ARGV[4])
redis.call('DEL', KEYS[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return {'committed', ARGV[4]}
`);
