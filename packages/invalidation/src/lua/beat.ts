import { createScript, type RedisScript } from '@lockstep/core';

import { beginEpoch, findEpoch } from './epoch.ts';

/**
 * Says what the log is and what follows a cursor, notes where the follower is, and trims by age: one atomic step. It
 * always attempts a write, so that neither a replica nor a primary without the replicas that it must have answers.
 *
 * KEYS[1] the state, KEYS[2] the log.
 * ARGV: 1 an epoch in case one must begin, 2 '1' when another process means a new epoch, 3 the epoch of the cursor,
 * empty for "from now" and '*' for the beginning, 4 its number, 5 the most entries to return, 6 the follower, 7 its
 * lease in ms or 0, 8 for how many ms to keep entries, 0 not to look at that now, 9 '1' to forget followers that have
 * been silent for an hour, 10 the epoch and number, with a colon between, that the follower's row has instead of the
 * cursor, or ''.
 *
 * Reply: server time in ms where nothing follows the cursor; otherwise { epoch, number of the last entry, the epoch
 * that a clear ended or '', number of the first entry or 0, server time in ms, entries as XRANGE returns them, 1 where
 * another process would not be noticed }. The number of the first entry is there where the entries do not fit.
 */
export const beatScript: RedisScript = createScript(`
local state = redis.call('HMGET', KEYS[1], 'e', 'r', 'n', 'c', 'm')
local candidate, isChecked = ARGV[1], ARGV[2] == '1'
${findEpoch}
local last = 0
local newest = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)[1]
if newest then
  last = tonumber(string.sub(newest[1], 3))
elseif not isNew and not state[3] then
  local info = redis.pcall('XINFO', 'STREAM', KEYS[2])
  if info.err then
    ${beginEpoch}
  else
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' then last = tonumber(string.sub(info[i + 1], 3)) end
    end
  end
end
local cleared = not isNew and state[4] or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local from, limit, lease, maxAge = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[7]), tonumber(ARGV[8])

if lease > 0 then
  local at = ARGV[10] ~= '' and ARGV[10] or ARGV[3] == '' and epoch .. ':' .. string.format('%.0f', last)
    or (ARGV[3] == '*' and epoch or ARGV[3]) .. ':' .. ARGV[4]
  redis.call('HSET', KEYS[1], 'f:' .. ARGV[6], at .. ':' .. lease .. ':' .. now)
else
  redis.call('HDEL', KEYS[1], '')
end
if ARGV[9] == '1' then
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    local heldFor, seen = string.match(fields[i + 1], '^%x+:%d+:(%d+):(%d+)$')
    if string.sub(fields[i], 1, 2) == 'f:' and (not seen or now - seen > 3600000 + heldFor) then
      redis.call('HDEL', KEYS[1], fields[i])
    end
  end
end

if maxAge > 0 then
  local marks, trimTo = {}, nil
  for at, sequence in string.gmatch(not isNew and state[5] or '', '(%d+):(%d+)') do
    if now - at >= maxAge then trimTo = sequence else marks[#marks + 1] = at .. ':' .. sequence end
  end
  local mark = marks[#marks]
  local isDue = not mark or now - string.match(mark, '^%d+') >= maxAge / 8
  local isNewer = last > tonumber(string.match(mark or '', '%d+$') or trimTo or '0')
  if isDue and isNewer then marks[#marks + 1] = now .. ':' .. string.format('%.0f', last) end
  if trimTo or (isDue and isNewer) then redis.call('HSET', KEYS[1], 'm', table.concat(marks, ',')) end
  if trimTo then redis.call('XTRIM', KEYS[2], 'MINID', '0-' .. string.format('%.0f', trimTo + 1)) end
end

if epoch == ARGV[3] and last == from and isBlind == 0 then return now end
local entries, first = {}, 0
if last > from and (ARGV[3] == epoch or ARGV[3] == '*') then
  local after = '0-' .. string.format('%.0f', from + 1)
  entries = redis.call('XRANGE', KEYS[2], after, '+', 'COUNT', limit)
  if #entries == 0 or entries[1][1] ~= after then
    local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
    if #oldest > 0 then first = tonumber(string.sub(oldest[1][1], 3)) end
  end
end
return { epoch, last, cleared, first, now, entries, isBlind }
`);
