/**
 * `term(base, owner)` numbers the lease of its holder: one more than the last lease that was numbered, and the same for the
 * same token. Returns 0 where it is not the owner's any more. `<base>:t` is `token|term`; it stays, so that terms grow.
 */
export const term = `
local function termOf(base, token)
  local last, count = string.match(redis.call('GET', base .. ':t') or '', '^(%d+)|(%d+)$')
  return tonumber(count or 0), last == string.format('%.0f', token)
end

local function term(base, owner)
  local name = base .. ':l'
  local lease = redis.call('GET', name)
  if not lease or not isOf(lease, owner) then return 0 end
  local _, token, held = fieldsOf(lease)
  if held > 0 and validFor(name, held) <= 0 then return 0 end
  local count, isCounted = termOf(base, token)
  if isCounted then return count end
  redis.call('SET', base .. ':t', string.format('%.0f|%d', token, count + 1))
  return count + 1
end
`;
