/**
 * How locks that several may hold read in Redis. `<base>:h` are the holders, a sorted set by when their leases run out, in
 * ms of the server's clock; `<base>:i` has `token|shape|metadata` of each. `<base>:q` is the line, `<base>:w` has what
 * each in it asked for, `grant|shape|metadata` with an `s` before it where it is told in the slot (see `tell`), and `<base>:f` is the last token. A shape is R (read), W (write), or how
 * many may hold it.
 */
export const sharedState = `
local time = redis.call('TIME')
local micros = time[1] * 1000000 + time[2]
local now = math.floor(micros / 1000)

local function remove(base, owner)
  redis.call('HDEL', base .. ':i', owner)
  return redis.call('ZREM', base .. ':h', owner)
end

local function purge(base)
  for _, owner in ipairs(redis.call('ZRANGEBYSCORE', base .. ':h', '-inf', now)) do remove(base, owner) end
end

local function leave(base, owner)
  redis.call('ZREM', base .. ':q', owner)
  redis.call('HDEL', base .. ':w', owner)
  if redis.call('EXISTS', base .. ':q') == 0 then redis.call('DEL', base .. ':w') end
end

local function keep(base, period)
  for _, name in ipairs({ base .. ':h', base .. ':i' }) do
    if redis.call('PTTL', name) < period + 1000 then redis.call('PEXPIRE', name, period + 1000) end
  end
end

local function give(base, owner, period, shape, metadata)
  local token = math.max(tonumber(redis.call('GET', base .. ':f') or 0) + 1, micros)
  local text = string.format('%.0f', token)
  redis.call('SET', base .. ':f', text, 'PX', 86400000)
  redis.call('ZADD', base .. ':h', now + period, owner)
  redis.call('HSET', base .. ':i', owner, text .. '|' .. shape .. '|' .. metadata)
  keep(base, tonumber(period))
  return token, text
end

local function fits(base, shape)
  local count = redis.call('ZCARD', base .. ':h')
  if count == 0 then return true end
  if shape == 'W' then return false end
  if shape ~= 'R' then return count < tonumber(shape) end
  local first = redis.call('ZRANGE', base .. ':h', 0, 0)[1]
  return string.match(redis.call('HGET', base .. ':i', first) or '', '^%d+|(%w+)|') ~= 'W'
end
`;
