/**
 * `acquire(base, owner, period, grant period, mode, priority, shape, metadata)`, mode T (try), Q (queue) or B (barge:
 * where it fits, go before those who wait). Returns the token, or { 1 where it waits in line else 0, rank, the holder
 * whose lease runs out first or '', in how many ms }.
 */
export const sharedAcquire = `
local function acquire(base, owner, period, grant, mode, priority, shape, metadata)
  local line = base .. ':q'
  purge(base)
  if redis.call('ZSCORE', base .. ':h', owner) then
    redis.call('ZADD', base .. ':h', now + period, owner)
    keep(base, tonumber(period))
    return tonumber(string.match(redis.call('HGET', base .. ':i', owner), '^%d+'))
  end
  local waiting = redis.call('ZCARD', line)
  if (waiting == 0 or mode == 'B') and fits(base, shape) then
    leave(base, owner)
    return (give(base, owner, period, shape, metadata))
  end
  local rank = redis.call('ZRANK', line, owner)
  if not rank and waiting < 10000 then
    local place = redis.call('HINCRBY', base .. ':w', '#', 1)
    redis.call('ZADD', line, place - priority * 1099511627776, owner)
    rank = redis.call('ZRANK', line, owner)
  end
  if rank then
    redis.call('HSET', base .. ':w', owner, sharded .. grant .. '|' .. shape .. '|' .. metadata)
    redis.call('PEXPIRE', line, 86400000)
    redis.call('PEXPIRE', base .. ':w', 86400000)
  end
  local token = fill(base, owner, period)
  if token then return token end
  rank = redis.call('ZRANK', line, owner)
  if mode == 'T' then
    leave(base, owner)
    rank = false
  end
  local first = redis.call('ZRANGE', base .. ':h', 0, 0, 'WITHSCORES')
  return { rank and 1 or 0, rank or redis.call('ZCARD', line), first[1] or '', first[2] and first[2] - now or 0 }
end
`;
