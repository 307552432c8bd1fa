/**
 * `fill(base, asker, period)` gives to the first in line as long as that fits beside those who hold it, and tells them:
 * `g|token|period|owner|base`. One whose process nobody can reach is skipped. Returns the token of `asker` where it was
 * among them: it gets `period` and is told nothing; and for how many ms the last of the others has time.
 */
export const sharedFill = `
local function fill(base, asker, period)
  local mine, given
  while true do
    local owner = redis.call('ZRANGE', base .. ':q', 0, 0)[1]
    if not owner then return mine, given end
    local wish = redis.call('HGET', base .. ':w', owner)
    local how, grant, shape, metadata = string.match(wish or '', '^(s?)(%d+)|(%w+)|(.*)$')
    if grant and not fits(base, shape) then return mine, given end
    leave(base, owner)
    if grant and owner == asker then
      mine = give(base, owner, period, shape, metadata)
    elseif grant then
      local _, text = give(base, owner, grant, shape, metadata)
      local message = 'g|' .. text .. '|' .. grant .. '|' .. owner .. '|' .. base
      if isTold(base, owner, how, message) then given = grant else remove(base, owner) end
    end
  end
end
`;
