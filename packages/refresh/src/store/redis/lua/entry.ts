/**
 * What every script begins with: the time, and what the meta of the entry says. The meta is a hash:
 *
 * - `h` the highest ticket that has begun; `t` the ticket that may write, absent once it is superseded
 * - `l` the newest leader that it was loaded under, of a source that one process leads
 * - `b` when `t` began, `p` the run_id of the Redis process that it began in, '' where INFO is not permitted
 * - `g` the ticket that stored what is there, absent when nothing is; `a` when its load began
 * - `f` until when it is fresh, `k` until when it is kept, `v` its validator
 * - `n` its size (bytes of a value), `s` its shape, `c` how much of it one read gets at most, `w` when it was written to, in µs
 *
 * Times are ms of the server's own clock. Where somebody else's key lies in its place, nothing is there.
 *
 * Needs: KEYS 1 meta. Sets: `now`, `isForeign`, `h`, `t`, `b`, `p`, `g`, `a`, `f`, `k`, `n`, `s`, `c`, `w`, `v`,
 * `text(number)`, `written()` for a new `w`.
 */
export const entry = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local meta = redis.pcall('HMGET', KEYS[1], 'h', 't', 'b', 'p', 'g', 'a', 'f', 'k', 'n', 's', 'c', 'w', 'v')
local isForeign = meta.err ~= nil
local h, t, b, p, g, a, f, k, n, s, c, w, v = unpack(meta)
local function text(number) return string.format('%.0f', number) end
local function written() return text(time[1] * 1000000 + time[2]) end
`;

/**
 * Finds out whether what is stored is there as a whole, and not evicted or tampered with in part.
 *
 * Needs: `entry`, KEYS 2 data, 3 order. Sets: `isWhole(data, order, shape, size)`, `isPresent()`, `freshness()`, which
 * is { ticket, age in ms, ms until it is stale, size, validator or false }.
 */
export const present = `
local function isWhole(data, order, shape, size)
  size = tonumber(size)
  if shape == 'value' then return redis.pcall('STRLEN', data) == size end
  if shape == 'list' then return redis.pcall('LLEN', data) == size end
  if shape == 'zset' then return redis.pcall('ZCARD', data) == size end
  return redis.pcall('HLEN', data) == size and redis.pcall('ZCARD', order) == size
end
local function isPresent()
  return g and tonumber(k) > now and isWhole(KEYS[2], KEYS[3], s, n)
end
local function freshness()
  -- The server's clock was set back: how old it is nobody knows.
  if now < tonumber(a) then return {g, 0, 0, s == 'value' and 1 or tonumber(n), v} end
  return {g, now - a, f - now, s == 'value' and 1 or tonumber(n), v}
end
`;

/**
 * Whether a ticket may still write: it began last, was not superseded, and the process that it began in is the one
 * that runs this. A Redis that came back with old data, or a replica that took over, may not know of a later one.
 *
 * Needs: `entry`. Sets: `run()` the run_id of this process, `mayWrite(ticket)`.
 */
export const fenced = `
local function run()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ''
end
local function mayWrite(ticket)
  return t == ticket and p == run()
end
`;

/**
 * Whether what is done under a leadership may be done: no later leader was admitted, or has loaded this entry.
 *
 * Needs: `entry`. Sets: `mayLead(leader, admitted)` where leader is its token or '' for none, and admitted the key that
 * has the newest token of the source, nil where that lies in another slot.
 */
export const led = `
local function mayLead(leader, admitted)
  if leader == '' then return true end
  local newest = not isForeign and redis.call('HGET', KEYS[1], 'l') or '0'
  if tonumber(newest) > tonumber(leader) then return false end
  return not admitted or tonumber(redis.call('GET', admitted) or '0') <= tonumber(leader)
end
`;

/**
 * Notes in the meta what is stored from now on, and lets all of it expire.
 *
 * Needs: `entry`. Sets: `note(ticket, ttl, kept, validator)` where validator is '-' for none or '=' and its text,
 * `hold(shape, size, most)` for a new content, and `expire(memory)`.
 */
export const noted = `
local function note(ticket, ttl, kept, validator)
  k = b + kept
  redis.call('HSET', KEYS[1], 'g', ticket, 'a', b, 'f', text(b + ttl), 'k', text(k))
  if validator == '-' then redis.call('HDEL', KEYS[1], 'v')
  else redis.call('HSET', KEYS[1], 'v', string.sub(validator, 2)) end
end
local function hold(shape, size, most)
  redis.call('HSET', KEYS[1], 's', shape, 'n', size, 'c', most, 'w', written())
end
local function expire(memory)
  redis.call('PEXPIREAT', KEYS[2], text(k))
  redis.call('PEXPIREAT', KEYS[3], text(k))
  redis.call('PEXPIREAT', KEYS[1], text(math.max(k, now + memory)))
end
`;

/**
 * Puts elements at the end of what may be there already.
 *
 * Needs: nothing. Sets: `put(data, order, shape, from, position)`, which takes them from ARGV `from` on: bytes for a
 * value or list, id and bytes for a hash, score and member for a sorted set; `position` is that of the first.
 */
export const put = `
local function put(data, order, shape, from, position)
  if #ARGV < from then return end
  if shape == 'value' then
    redis.call('SET', data, ARGV[from])
  elseif shape == 'list' then
    redis.call('RPUSH', data, unpack(ARGV, from))
  elseif shape == 'zset' then
    redis.call('ZADD', data, unpack(ARGV, from))
  else
    local ids = {}
    for i = from, #ARGV, 2 do
      ids[#ids + 1] = position
      ids[#ids + 1] = ARGV[i]
      position = position + 1
    end
    redis.call('ZADD', order, unpack(ids))
    redis.call('HSET', data, unpack(ARGV, from))
  end
end
`;
