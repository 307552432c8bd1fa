import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Stores a value if the claim still stands under the epoch that it was made in.
 *
 * KEYS  1 state, 2 value, 3 claim
 * ARGV  1 token, 2 time to live with grace in ms, 3 time to live in ms, 4 rest of the header, 5 payload;
 *       with an empty 2 the claim is given back and nothing is stored
 * Reply { 1 when the claim stood, server time in ms }
 */
export const fill: RedisScript = createScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('GET', KEYS[3]) ~= ARGV[1] then return {0, now} end
local epoch = redis.call('HGET', KEYS[1], 'e')
redis.call('DEL', KEYS[3])
if not epoch or string.sub(ARGV[1], 1, #epoch + 1) ~= epoch .. ':' then return {0, now} end
if ARGV[2] ~= '' then
  local header = epoch .. ' ' .. string.format('%.0f', now + ARGV[3]) .. ARGV[4]
  redis.call('SET', KEYS[2], header .. ARGV[5], 'PX', ARGV[2])
end
return {1, now}
`);
