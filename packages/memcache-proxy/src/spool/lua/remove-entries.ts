import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Removes entries, and the proofs and claims that are for nothing after them.
 *
 * KEYS: 1 stream, 2 hash of proofs.
 * ARGV: ids.
 * Reply: how many there were.
 */
export const REMOVE_ENTRIES: RedisScript = createScript(`
if redis.call('EXISTS', KEYS[2]) == 1 then
  for _, id in ipairs(ARGV) do
    local found = redis.call('XRANGE', KEYS[1], id, id)[1]
    if found then
      local values = {}
      for i = 1, #found[2], 2 do values[found[2][i]] = found[2][i + 1] end
      local field = (values['p'] or '') .. '\\n' .. (values['k'] or '')
      local ms, seq = string.match(redis.call('HGET', KEYS[2], field) or '', '^%a (%d+)%-(%d+) ')
      local ofMs, ofSeq = string.match(id, '^(%d+)%-(%d+)$')
      if ms and (tonumber(ms) < tonumber(ofMs) or (ms == ofMs and tonumber(seq) <= tonumber(ofSeq))) then
        redis.call('HDEL', KEYS[2], field)
      end
    end
  end
end
return redis.call('XDEL', KEYS[1], unpack(ARGV))
`);
