import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Notes the keys of a block that does not fit into the stream. They become deletes when there is room again.
 *
 * KEYS: 1 set of dirty keys · 2 last sequence of the producer.
 * ARGV: 1 sequence of the block · 2 how long to remember the producer, in milliseconds · 3 most keys in the set ·
 * 4 and on: the keys.
 * Reply: 1 when they are noted, 0 when they do not fit.
 */
export const MARK_DIRTY: RedisScript = createScript(`
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if last >= tonumber(ARGV[1]) then return 1 end
local noted = redis.call('SCARD', KEYS[1])
if noted + #ARGV - 3 > tonumber(ARGV[3]) then
  -- They may be among those that are noted already.
  local fresh = {}
  local count = 0
  for i = 4, #ARGV do
    if fresh[ARGV[i]] == nil and redis.call('SISMEMBER', KEYS[1], ARGV[i]) == 0 then
      fresh[ARGV[i]] = true
      count = count + 1
    end
  end
  if noted + count > tonumber(ARGV[3]) then return 0 end
end
for i = 4, #ARGV do redis.call('SADD', KEYS[1], ARGV[i]) end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
`);
