/**
 * `renew(base, owner, period)` sets the lease's period anew. Returns 1, or 0 where it is not the owner's any more; that
 * is said by a server that takes writes only.
 */
export const renew = `
local function renew(base, owner, period)
  local name = base .. ':l'
  local lease = redis.call('GET', name)
  if lease and isOf(lease, owner) then
    local _, _, held = fieldsOf(lease)
    if held == 0 or validFor(name, held) > 0 then
      redis.call('PEXPIRE', name, period + held)
      return 1
    end
  end
  redis.call('HDEL', base .. ':w', '')
  return 0
end
`;
