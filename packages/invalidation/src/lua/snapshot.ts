import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Reads, in one atomic step, what follows a cursor and what the log says about itself.
 *
 * KEYS[1] the stream. ARGV[1] the cursor, or `$` for the present end. ARGV[2] the most entries to return.
 *
 * Reply: { run id of the server or '', last generated id, id of the first entry or '', count of all entries ever
 * added or -1 before Redis 7, entries as XRANGE returns them }. A stream that does not exist is an empty one.
 */
export const snapshotScript: RedisScript = createScript(`
local run = ''
local info = redis.pcall('INFO', 'server')
if type(info) == 'string' then run = string.match(info, 'run_id:(%x+)') or '' end
if redis.call('EXISTS', KEYS[1]) == 0 then return { run, '0-0', '', 0, {} } end
local last, first, added = '0-0', '', -1
local facts = redis.call('XINFO', 'STREAM', KEYS[1])
for i = 1, #facts, 2 do
  if facts[i] == 'last-generated-id' then last = facts[i + 1]
  elseif facts[i] == 'entries-added' then added = facts[i + 1]
  elseif facts[i] == 'first-entry' and facts[i + 1] then first = facts[i + 1][1] end
end
local entries = {}
if ARGV[1] ~= '$' then
  local streams = redis.call('XREAD', 'COUNT', ARGV[2], 'STREAMS', KEYS[1], ARGV[1])
  if streams then entries = streams[1][2] end
end
return { run, last, first, added, entries }
`);
