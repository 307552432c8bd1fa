import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Says whether no tag was invalidated after an entry of shard 0. A tag without a mark (never invalidated, or the mark
 * ran out or was evicted) is looked for in the log itself; where the log cannot tell, it counts as invalidated now.
 *
 * KEYS  1 state, 2 log, then the mark of each tag
 * ARGV  1 epoch, 2 sequence, 3 least time to live of a mark in ms, then each tag as JSON text
 * Reply 1 when all are fresh
 */
export const tags: RedisScript = createScript(`
local state = redis.call('HMGET', KEYS[1], 'e', 'n')
if state[1] ~= ARGV[1] then return 0 end
local last, known = 0, tonumber(ARGV[2])
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if newest then
  last = tonumber(string.sub(newest[1], 3))
elseif not state[2] then
  local info = redis.pcall('XINFO', 'STREAM', KEYS[2])
  if info.err then return 0 end
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then last = tonumber(string.sub(info[i + 1], 3)) end
  end
end
if known > last then return 0 end
local entries = nil
local function isUntouched(tag)
  if last - known > 200 then return false end
  if not entries then
    entries = {}
    if last > known then
      entries = redis.call('XRANGE', KEYS[2], string.format('0-%.0f', known + 1), '+', 'COUNT', 201)
    end
  end
  if #entries ~= last - known then return false end
  for _, entry in ipairs(entries) do
    for _, field in ipairs(entry[2]) do
      if string.find(field, tag, 1, true) then return false end
    end
  end
  return true
end
local fresh = 1
for i = 3, #KEYS do
  local mark = redis.call('GET', KEYS[i])
  if mark then
    local epoch, sequence = string.match(mark, '^(%w+):(%d+)$')
    if epoch == ARGV[1] and tonumber(sequence) > known then fresh = 0 end
    if redis.call('PTTL', KEYS[i]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
  else
    local at = known
    if not isUntouched(ARGV[i + 1]) then
      at = last
      if last > known then fresh = 0 end
    end
    redis.call('SET', KEYS[i], ARGV[1] .. ':' .. string.format('%.0f', at), 'PX', ARGV[3])
  end
end
return fresh
`);
