import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Moves a cursor from `prev` to `last`, and only from there.
 *
 * KEYS: 1 hash of cursors.
 * ARGV: 1 field · 2 prev · 3 last.
 * Reply: the cursor after the call. It is `last` when the move was made, now or by an earlier copy of this call;
 * anything else means that the cursor was not at `prev` and nothing changed.
 */
export const COMMIT_CURSOR: RedisScript = createScript(`
local current = redis.call('HGET', KEYS[1], ARGV[1]) or '0-0'
if current ~= ARGV[2] then return current end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return ARGV[3]
`);
