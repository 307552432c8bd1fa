import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Holds a lane for longer.
 *
 * KEYS: 1 holder.
 * ARGV: 1 name of the holder · 2 how long from now, in milliseconds.
 * Reply: 1 when it still was the holder, 0 when not.
 */
export const RENEW_LANE: RedisScript = createScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`);
