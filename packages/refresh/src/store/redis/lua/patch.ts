import { createScript, type RedisScript } from '@lockstep/core';

import { entry, present } from './entry.ts';

/**
 * Changes single elements of a hash, and supersedes the load under way.
 *
 * KEYS  1 meta, 2 data, 3 order
 * ARGV  for each element its id, '=' or '-', and its bytes
 * Reply 1, 0 when nothing is stored, 2 when it has another shape
 */
export const patch: RedisScript = createScript(`
${entry}${present}
if not isPresent() then return 0 end
if s ~= 'hash' then return 2 end
-- First, for a Redis whose memory is full: it refuses the first step of a script or none.
redis.call('HSET', KEYS[1], 'a', a)
redis.call('HDEL', KEYS[1], 't')
local last = redis.call('ZRANGE', KEYS[3], -1, -1, 'WITHSCORES')[2]
local position = last and last + 1 or 0
for i = 1, #ARGV, 3 do
  if ARGV[i + 1] == '-' then
    redis.call('HDEL', KEYS[2], ARGV[i])
    redis.call('ZREM', KEYS[3], ARGV[i])
  else
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 2])
    if redis.call('ZADD', KEYS[3], 'NX', position, ARGV[i]) == 1 then position = position + 1 end
  end
end
redis.call('HSET', KEYS[1], 'n', redis.call('ZCARD', KEYS[3]), 'w', written())
redis.call('PEXPIREAT', KEYS[2], k)
redis.call('PEXPIREAT', KEYS[3], k)
return 1
`);
