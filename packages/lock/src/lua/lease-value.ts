/**
 * How a lease reads in Redis, and what every step needs. `<base>:l` is the lease, `owner|token|delay|metadata`; it is there
 * for `delay` ms longer than it is valid. `<base>:q` is the line, a sorted set of owners. `<base>:w` has what each of
 * them asked for, `grant|delay|B or Q|metadata` with an `s` before it where it is told in the slot (see `tell`), and under `#` the last place that was given. `<base>:f` is the last token, and `<base>:t` the last term.
 *
 * A free lock is what most ask for, so its way is short; and Redis takes texts faster than numbers.
 */
export const leaseValue = `
local micros, stamp

local function isOf(lease, owner)
  return string.byte(lease, #owner + 1) == 124 and string.sub(lease, 1, #owner) == owner
end

local function fieldsOf(lease)
  local owner, token, delay, metadata = string.match(lease, '^([^|]*)|(%d+)|(%d+)|(.*)$')
  if not owner then error('LOCK what lies at the key is not a lease') end
  return owner, tonumber(token), tonumber(delay), metadata
end

local function validFor(name, delay)
  return redis.call('PTTL', name) - delay
end

local function give(base, owner, period, delay, metadata)
  if not micros then
    local time = redis.call('TIME')
    micros = time[1] * 1000000 + time[2]
    stamp = string.format('%.0f', micros)
  end
  local fence, token, text = base .. ':f', micros, stamp
  local last = redis.call('SET', fence, text, 'PX', '86400000', 'GET')
  if last and tonumber(last) >= micros then
    token = tonumber(last) + 1
    text = string.format('%.0f', token)
    redis.call('SET', fence, text, 'PX', '86400000')
  end
  if delay ~= '0' then period = period + delay end
  redis.call('SET', base .. ':l', owner .. '|' .. text .. '|' .. delay .. '|' .. metadata, 'PX', period)
  return token, text
end

local function leave(base, owner)
  redis.call('ZREM', base .. ':q', owner)
  redis.call('HDEL', base .. ':w', owner)
  if redis.call('EXISTS', base .. ':q') == 0 then redis.call('DEL', base .. ':w') end
end
`;
