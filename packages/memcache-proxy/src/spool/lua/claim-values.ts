import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Decides which values a replay may delete. One that has no proof is claimed: from now on no proof of it is taken,
 * and who brings one stores the value again.
 *
 * KEYS: 1 stream, 2 hash of proofs.
 * ARGV: for each value field (pool, line feed, key), id of the newest of its entries that are replayed, CAS value, node.
 * Reply: for each 1 when it stays, as it is proven for all of these entries or they are gone; else 0.
 */
export const CLAIM_VALUES: RedisScript = createScript(`
local function covers(ms, seq, id)
  local otherMs, otherSeq = string.match(id, '^(%d+)%-(%d+)$')
  ms, seq, otherMs, otherSeq = tonumber(ms), tonumber(seq), tonumber(otherMs), tonumber(otherSeq)
  return ms > otherMs or (ms == otherMs and seq >= otherSeq)
end
local replies = {}
for i = 1, #ARGV, 4 do
  local field, id, cas, node = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local kind, ms, seq, ofCas, ofNode = string.match(redis.call('HGET', KEYS[2], field) or '', '^(%a) (%d+)%-(%d+) (%d+) (.*)$')
  local isProven = kind == 'p' and ofNode == node and covers(ms, seq, id)
  if #redis.call('XRANGE', KEYS[1], id, id) == 0 or (isProven and ofCas == cas) then
    replies[#replies + 1] = 1
  else
    -- A proof of a value that is newer than the one that was seen stays.
    if not isProven then redis.call('HSET', KEYS[2], field, 'c ' .. id .. ' ' .. cas .. ' ' .. node) end
    replies[#replies + 1] = 0
  end
end
return replies
`);
