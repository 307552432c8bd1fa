import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Looks at a journal from a cursor on, without moving the blocks.
 *
 * KEYS: 1 stream · 2 meta · 3 dirty keys · 4 dirty classes.
 * ARGV: 1 cursor; empty where it is not known: what every receiver had confirmed is passed over then.
 * Reply: 1 the last id that the stream gave out, `0-0` when there is no stream · 2 operations ever appended ·
 * 3 the id of the first entry after the cursor and 4 its field `n`, both empty when there is none · 5 bytes that the
 * stream holds for receivers · 6 dirty keys · 7 the bound of the bytes, 0 while it is not known · 8 dirty classes · 9 `1` when it is sealed, else
 * `0` · 10 bytes ever appended · 11 the field `s` of the first entry after the cursor.
 */
export const PROBE_JOURNAL: RedisScript = createScript(`
local meta = redis.call('HMGET', KEYS[2], 'operations', 'bytes', 'floor', 'max', 'confirmed', 'sealed')
local total = meta[1] or '0'
local bytes = meta[2] or '0'
local held = tonumber(bytes) - tonumber(meta[3] or '0')
local dirty = redis.call('SCARD', KEYS[3])
local max = meta[4] or '0'
local cursor = ARGV[1]
if cursor == '' then cursor = meta[5] or '0-0' end
local classes = redis.call('SCARD', KEYS[4])
local sealed = meta[6] and '1' or '0'
if redis.call('EXISTS', KEYS[1]) == 0 then return {'0-0', total, '', '', held, dirty, max, classes, sealed, bytes, ''} end
local tail = '0-0'
local info = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #info, 2 do
  if info[i] == 'last-generated-id' then tail = info[i + 1] end
end
local first = redis.call('XRANGE', KEYS[1], '(' .. cursor, '+', 'COUNT', 1)[1]
if not first then return {tail, total, '', '', held, dirty, max, classes, sealed, bytes, ''} end
local before, bytesBefore = '', ''
for i = 1, #first[2], 2 do
  if first[2][i] == 'n' then before = first[2][i + 1] end
  if first[2][i] == 's' then bytesBefore = first[2][i + 1] end
end
return {tail, total, first[1], before, held, dirty, max, classes, sealed, bytes, bytesBefore}
`);
