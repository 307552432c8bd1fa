import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Drops the entries before an id that every receiver has confirmed.
 *
 * KEYS: 1 stream · 2 meta.
 * ARGV: 1 id; the entry that has it stays.
 * Reply: how many were dropped, or -1 when the stream never gave out that id. It lost its tail then, and
 * what it holds below the id may be new.
 */
export const TRIM_JOURNAL: RedisScript = createScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
local tail = '0-0'
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then tail = info[i + 1] end
end
local function split(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local tail_ms, tail_seq = split(tail)
local id_ms, id_seq = split(ARGV[1])
if tail_ms < id_ms or (tail_ms == id_ms and tail_seq < id_seq) then return -1 end
local dropped = redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
local floor = redis.call('HGET', KEYS[2], 'bytes') or '0'
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
-- What every receiver has confirmed takes up no room, but its last entry stays to be compared with.
if first and first[1] == ARGV[1] then first = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 1)[1] end
if first then
  for i = 1, #first[2], 2 do
    if first[2][i] == 's' then floor = first[2][i + 1] end
  end
end
redis.call('HSET', KEYS[2], 'floor', floor)
return dropped
`);
