/**
 * `grant(base, asker)` gives a free lock to the first in line and tells that process: `g|token|period|owner|base`. One
 * whose process nobody can reach is skipped; where that cannot be known, the grant runs out by itself. A waiter that
 * barges is told to ask again, `w|owner|base`, at most two of them. Returns the owner that has the lock now, or nil, and
 * after how many ms it is free again, or those who were told had their time; for `asker` nothing is given or told: it is taken off the line
 * and returned.
 */
export const grant = `
local function grant(base, asker)
  local woken = 0
  while true do
    local head = redis.call('ZPOPMIN', base .. ':q')
    local owner = head[1]
    if not owner then
      redis.call('DEL', base .. ':w')
      return nil
    end
    local wish = redis.call('HGET', base .. ':w', owner)
    redis.call('HDEL', base .. ':w', owner)
    if owner == asker then return owner end
    local how, period, delay, mode, metadata = string.match(wish or '', '^(s?)(%d+)|(%d+)|(%u)|(.*)$')
    if mode == 'B' then
      if woken == 2 then
        redis.call('ZADD', base .. ':q', head[2], owner)
        redis.call('HSET', base .. ':w', owner, wish)
        return nil, period
      end
      if isTold(base, owner, how, 'w|' .. owner .. '|' .. base) then woken = woken + 1 end
    elseif mode == 'Q' then
      local token, text = give(base, owner, period, delay, metadata)
      local message = 'g|' .. text .. '|' .. period .. '|' .. owner .. '|' .. base
      if isTold(base, owner, how, message) then return owner, period + delay end
      redis.call('DEL', base .. ':l')
    end
  end
end
`;
