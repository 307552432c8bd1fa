import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Notes the keys of a block that does not fit into the stream, and where they do not fit either, their classes. Keys
 * become deletes when there is room again, and classes clears. A key or class counts 64 bytes more than its length.
 *
 * KEYS: 1 set of dirty keys · 2 last sequence of the producer · 3 meta · 4 set of dirty classes.
 * ARGV: 1 sequence of the block · 2 how long to remember the producer, in milliseconds · 3 most bytes of keys ·
 * 4 most bytes of classes, 0 where there are none · 5 how many keys there are · 6 and on: the keys, then the prefix
 * of the class of each. The class with an empty prefix has all keys, and stands for all where the others do not fit.
 * Reply: 1 when they are noted as keys, 2 when as classes, 0 when they do not fit, 3 when the shard is sealed and nothing
 * was done.
 */
export const MARK_DIRTY: RedisScript = createScript(`
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if last >= tonumber(ARGV[1]) then return 1 end
if redis.call('HEXISTS', KEYS[3], 'sealed') == 1 then return 3 end
local held = tonumber(redis.call('HGET', KEYS[3], 'dirtyBytes') or '0')
local count = tonumber(ARGV[5])
local hasClasses = ARGV[4] ~= '0'
local isAll = hasClasses and redis.call('SISMEMBER', KEYS[4], '') == 1
local known, fresh, bytes, outcome = {}, {}, 0, 1
for i = 6, 5 + count do
  local key = ARGV[i]
  if not known[key] then
    known[key] = true
    if redis.call('SISMEMBER', KEYS[1], key) == 0 then
      if isAll or (hasClasses and redis.call('SISMEMBER', KEYS[4], ARGV[i + count]) == 1) then
        outcome = 2
      else
        fresh[#fresh + 1] = i
        bytes = bytes + #key + 64
      end
    end
  end
end
if #fresh > 0 and held + bytes > tonumber(ARGV[3]) then
  if not hasClasses then return 0 end
  outcome = 2
  for _, i in ipairs(fresh) do
    local class = ARGV[i + count]
    if not isAll and redis.call('SADD', KEYS[4], class) == 1 then
      local size = redis.call('HINCRBY', KEYS[3], 'classBytes', #class + 64)
      if class == '' or size > tonumber(ARGV[4]) then
        isAll = true
        redis.call('DEL', KEYS[4])
        redis.call('SADD', KEYS[4], '')
        redis.call('HSET', KEYS[3], 'classBytes', 64)
      end
    end
  end
elseif #fresh > 0 then
  for _, i in ipairs(fresh) do redis.call('SADD', KEYS[1], ARGV[i]) end
  redis.call('HINCRBY', KEYS[3], 'dirtyBytes', bytes)
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return outcome
`);
