import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Fences keys: drops their values, voids their claims, and has new claims refused until the fence ends. A key may
 * have several fences at once, one for each write under way.
 *
 * KEYS  value, claim and fence of each key, in turn
 * ARGV  1 id of the write, 2 time to live in ms
 * Reply 1
 */
export const fence: RedisScript = createScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ttl = tonumber(ARGV[2])
for i = 1, #KEYS, 3 do
  redis.call('UNLINK', KEYS[i], KEYS[i + 1])
  local fences = redis.call('HGETALL', KEYS[i + 2])
  for j = 1, #fences, 2 do
    if tonumber(fences[j + 1]) <= now then redis.call('HDEL', KEYS[i + 2], fences[j]) end
  end
  redis.call('HSET', KEYS[i + 2], ARGV[1], string.format('%.0f', now + ttl))
  if redis.call('PTTL', KEYS[i + 2]) < ttl then redis.call('PEXPIRE', KEYS[i + 2], ARGV[2]) end
end
return 1
`);
