import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Counts a request in the present window of time.
 *
 * KEYS: 1 counter.
 * ARGV: 1 length of the window in milliseconds.
 * Reply: { requests in this window with this one, milliseconds until it ends }.
 *
 * A counter without an end, which a person could have made, gets one: it would limit for ever.
 */
export const COUNT_REQUEST: RedisScript = createScript(`
local count = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 or left > tonumber(ARGV[1]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return { count, left }
`);
