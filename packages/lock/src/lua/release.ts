/**
 * `release(base, owner)` gives back, and gives to the next in line. Returns what `passOn` does, or 0 where it was not the
 * owner's any more. What only stands to keep others away for a while is left standing. `cancel` is the same for one that may wait.
 */
export const release = `
local function release(base, owner)
  local name = base .. ':l'
  local lease = redis.call('GET', name)
  if not lease or not isOf(lease, owner) then
    leave(base, owner)
    return 0
  end
  local held = string.match(lease, '^%d+|(%d+)|', #owner + 2)
  if held ~= '0' and validFor(name, held) <= 0 then
    leave(base, owner)
    return 0
  end
  redis.call('DEL', name)
  return passFree(base)
end
`;
