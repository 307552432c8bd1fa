import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Drops the entries before an id that every receiver has confirmed.
 *
 * KEYS: 1 stream.
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
return redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
`);
