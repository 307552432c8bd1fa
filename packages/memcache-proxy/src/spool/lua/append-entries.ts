import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Appends entries to the spool, all of them or none.
 *
 * KEYS: 1 stream.
 * ARGV: 1 how many entries the stream may have; then for each entry pool, key, moment of the failure in
 * milliseconds since the epoch, code of the reach (0 is not stored).
 * Reply: the id of each entry, or 0 when the stream would have too many.
 */
export const APPEND_ENTRIES: RedisScript = createScript(`
if redis.call('XLEN', KEYS[1]) + (#ARGV - 1) / 4 > tonumber(ARGV[1]) then return 0 end
local ids = {}
for i = 2, #ARGV, 4 do
  local fields = { 'v', '1', 'p', ARGV[i], 'k', ARGV[i + 1], 't', ARGV[i + 2] }
  if ARGV[i + 3] ~= '0' then fields[9], fields[10] = 'e', ARGV[i + 3] end
  ids[#ids + 1] = redis.call('XADD', KEYS[1], '*', unpack(fields))
end
return ids
`);
