import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Claims or renews the leases of one shard, one for each region that it is shipped to, or lets them go.
 *
 * KEYS: the leases, strings that expire: the name of the holder, a blank and its word.
 * ARGV: 1 name of the caller, without blanks · 2 how long a lease holds from now, in milliseconds · 3 and on: the caller's word
 * for each lease; empty to let it go.
 * Reply: for each lease two: the milliseconds that another holds it, 0 where nobody else does · what is in it then,
 * else an empty text. 0 does not say that the caller holds it: a Redis that is full gives out no new ones.
 */
export const CLAIM_LINKS: RedisScript = createScript(`
local reply = {}
for i, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  local left = held and redis.call('PTTL', key) or 0
  local word = ARGV[i + 2]
  if held and left > 0 and string.match(held, '^%S*') ~= ARGV[1] then
    reply[#reply + 1], reply[#reply + 2] = left, held
  else
    if word == '' then
      if held then redis.call('DEL', key) end
    else
      -- A Redis that is full refuses what may take room, but not after a write that takes none.
      if held then redis.call('PEXPIRE', key, ARGV[2]) end
      redis.pcall('SET', key, ARGV[1] .. ' ' .. word, 'PX', ARGV[2])
    end
    reply[#reply + 1], reply[#reply + 2] = 0, ''
  end
end
return reply
`);
