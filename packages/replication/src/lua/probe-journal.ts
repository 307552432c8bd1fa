import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Looks at a journal from a cursor on, without moving the blocks.
 *
 * KEYS: 1 stream · 2 running count of operations.
 * ARGV: 1 cursor.
 * Reply: 1 the last id that the stream gave out, `0-0` when there is no stream · 2 the running count ·
 * 3 the id of the first entry after the cursor and 4 its field `n`, both empty when there is none.
 */
export const PROBE_JOURNAL: RedisScript = createScript(`
local total = redis.call('GET', KEYS[2]) or '0'
if redis.call('EXISTS', KEYS[1]) == 0 then return {'0-0', total, '', ''} end
local tail = '0-0'
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then tail = info[i + 1] end
end
local first = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', 1)[1]
if not first then return {tail, total, '', ''} end
local before = ''
for i = 1, #first[2], 2 do
  if first[2][i] == 'n' then before = first[2][i + 1] end
end
return {tail, total, first[1], before}
`);
