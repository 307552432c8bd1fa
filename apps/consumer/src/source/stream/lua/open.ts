/**
 * Where to read from. KEYS: 1 the state, 2 the ids that are done, 3 the stream.
 * Reply: { cursor, passed, entries that were removed before they were read, id… }.
 *
 * A stream counts the entries that it was ever given; those that it has lost at its beginning are the difference to its
 * length. While the entry at the cursor is there, none after it can have been trimmed.
 */
export const openLua = `
local cursor = redis.call('HGET', KEYS[1], 'cursor')
local passed = tonumber(redis.call('HGET', KEYS[1], 'passed') or 0)
local missed = 0
local gone = 0
if redis.call('EXISTS', KEYS[3]) == 1 then
  local info = redis.call('XINFO', 'STREAM', KEYS[3])
  for i = 1, #info, 2 do
    if info[i] == 'entries-added' then gone = info[i + 1] - redis.call('XLEN', KEYS[3]) end
  end
end
if not cursor then
  cursor = '0-0'
  passed = gone
elseif gone > passed and #redis.call('XRANGE', KEYS[3], cursor, cursor) == 0 then
  missed = gone - passed
  passed = gone
end
redis.call('HSET', KEYS[1], 'cursor', cursor, 'passed', passed)
local reply = { cursor, passed, missed }
for _, id in ipairs(redis.call('SMEMBERS', KEYS[2])) do reply[#reply + 1] = id end
return reply
`;
