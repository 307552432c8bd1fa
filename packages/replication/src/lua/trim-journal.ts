import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Takes note that every receiver has confirmed all entries before an id, and drops them but for the newest ones.
 *
 * KEYS: 1 stream · 2 meta.
 * ARGV: 1 id; the entry that has it stays · 2 bytes of confirmed entries that stay as well.
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
local function bytesBefore(entry)
  for i = 1, #entry[2], 2 do
    if entry[2][i] == 's' then return entry[2][i + 1] end
  end
  return '0'
end
-- What every receiver has confirmed takes up no room, but its last entry stays to be compared with.
local open = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 1)[1]
local floor = open and bytesBefore(open) or redis.call('HGET', KEYS[2], 'bytes') or '0'
-- A Redis that is full refuses a script that begins with what may take room, and after any other write nothing of it.
-- So this comes first, where nothing is to be dropped as well: of nothing else does a full journal get room again.
local isRetained = tonumber(ARGV[2]) > 0
local trimmed = redis.call('XTRIM', KEYS[1], 'MINID', isRetained and '0-0' or ARGV[1])
redis.call('HSET', KEYS[2], 'floor', floor, 'confirmed', ARGV[1])
if not isRetained then return trimmed end
local keep = tonumber(floor) - tonumber(ARGV[2])
-- Step by step, as entries differ in size; what is left over goes the next time.
local dropped = 0
for _ = 1, 100 do
  local entries = redis.call('XRANGE', KEYS[1], '-', ARGV[1], 'COUNT', 50)
  local last = entries[#entries]
  if not last or tonumber(bytesBefore(last)) > keep or last[1] == ARGV[1] then
    -- Somewhere among these: those that are wholly before the bound go.
    local minimum
    for _, entry in ipairs(entries) do
      if tonumber(bytesBefore(entry)) <= keep then minimum = entry[1] end
    end
    if minimum then dropped = dropped + redis.call('XTRIM', KEYS[1], 'MINID', minimum) end
    break
  end
  dropped = dropped + redis.call('XTRIM', KEYS[1], 'MINID', last[1])
end
return dropped
`);
