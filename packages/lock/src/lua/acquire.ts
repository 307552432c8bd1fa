/**
 * `acquire(base, owner, period, grant period, mode, priority, delay, metadata)`, mode T (try), Q (queue) or B (barge).
 * Returns the token, or { 1 where it waits in line else 0, rank, holder or '', for how many ms the lock is taken }.
 */
export const acquire = `
local function occupied(base, owner, lease, mode, period, priority, delay, metadata)
  local line = base .. ':q'
  local holder, taken = '', 0
  if lease then
    local _, _, held = fieldsOf(lease)
    taken = redis.call('PTTL', base .. ':l')
    if taken > held then
      holder = string.match(lease, '^[^|]*')
      taken = taken - held
    end
  end
  if mode == 'T' then return { 0, redis.call('ZCARD', line), holder, taken } end
  local rank = redis.call('ZRANK', line, owner)
  if not rank then
    if redis.call('ZCARD', line) >= 10000 then return { 0, 10000, holder, taken } end
    local place = redis.call('HINCRBY', base .. ':w', '#', 1)
    redis.call('ZADD', line, place - priority * 1099511627776, owner)
    rank = redis.call('ZRANK', line, owner)
  end
  redis.call('HSET', base .. ':w', owner, sharded .. period .. '|' .. delay .. '|' .. mode .. '|' .. metadata)
  redis.call('PEXPIRE', line, 86400000)
  redis.call('PEXPIRE', base .. ':w', 86400000)
  return { 1, rank, holder, taken }
end

local function acquire(base, owner, period, grantPeriod, mode, priority, delay, metadata)
  local name, line = base .. ':l', base .. ':q'
  if redis.call('EXISTS', name, line) == 0 then return (give(base, owner, period, delay, metadata)) end
  local lease = redis.call('GET', name)
  if lease then
    if isOf(lease, owner) then
      local _, token, held = fieldsOf(lease)
      if held == 0 or validFor(name, held) > 0 then
        redis.call('PEXPIRE', name, period + held)
        return token
      end
    end
    return occupied(base, owner, lease, mode, grantPeriod, priority, delay, metadata)
  end
  if redis.call('EXISTS', line) == 1 then
    if mode == 'B' then
      leave(base, owner)
    else
      if mode == 'Q' then occupied(base, owner, nil, mode, grantPeriod, priority, delay, metadata) end
      local holder = grant(base, owner)
      if holder and holder ~= owner then
        return occupied(base, owner, redis.call('GET', name), mode, grantPeriod, priority, delay, metadata)
      end
      if not holder then leave(base, owner) end
    end
  end
  return (give(base, owner, period, delay, metadata))
end
`;
