import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Moves a journal whose ids fell behind a receiver's cursor above it: Redis lost its tail, and its clock is behind
 * the ids that it had given out. Every entry that is left gets a new id behind the cursor, in the same order; those
 * that every receiver had confirmed before, and that were only retained, go.
 *
 * KEYS: 1 stream · 2 meta.
 * ARGV: 1 the cursor · 2 most entries to move.
 * Reply: how many were moved; -1 when the stream is not behind the cursor, -2 when it has more entries, -3 when the
 * cursor is no time that a clock could have.
 */
export const RAISE_JOURNAL: RedisScript = createScript(`
local tail = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then tail = info[i + 1] end
  end
end
local function split(id)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(ms), tonumber(seq)
end
local tail_ms, tail_seq = split(tail)
local ms, seq = split(ARGV[1])
if tail_ms > ms or (tail_ms == ms and tail_seq >= seq) then return -1 end
if ms > 9e15 then return -3 end
local floor = tonumber(redis.call('HGET', KEYS[2], 'floor') or '0')
for _ = 1, 1000 do
  local oldest = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 100)
  local confirmed = 0
  for _, entry in ipairs(oldest) do
    local before = 0
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 's' then before = tonumber(entry[2][i + 1]) end
    end
    if before >= floor then break end
    redis.call('XDEL', KEYS[1], entry[1])
    confirmed = confirmed + 1
  end
  if confirmed < 100 then break end
end
if redis.call('XLEN', KEYS[1]) > tonumber(ARGV[2]) then return -2 end
local entries = redis.call('XRANGE', KEYS[1], '-', '+')
-- An entry at the cursor itself, dropped at once, lets the stream go on from there.
redis.call('XADD', KEYS[1], ARGV[1], 'b', '')
for _, entry in ipairs(entries) do redis.call('XADD', KEYS[1], '*', unpack(entry[2])) end
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%.0f-%.0f', ms, seq + 1))
return #entries
`);
