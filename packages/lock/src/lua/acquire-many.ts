/**
 * `acquireMany(first, requests)` takes all of the keys from `first` on, or none. Each request is the arguments of
 * `acquire` after the base. Returns the tokens, or { 0, which one is taken, rank, holder, for how many ms }.
 */
export const acquireMany = `
local function acquireMany(first, requests)
  for i, request in ipairs(requests) do
    local base = KEYS[first + i - 1]
    local lease = redis.call('GET', base .. ':l')
    if not lease and redis.call('EXISTS', base .. ':q') == 1 and grant(base) then lease = redis.call('GET', base .. ':l') end
    local mine = lease and isOf(lease, request[1])
    if mine then
      local _, _, held = fieldsOf(lease)
      mine = held == 0 or validFor(base .. ':l', held) > 0
    end
    if lease and not mine then
      local reply = occupied(base, request[1], lease, 'T')
      return { 0, i, reply[2], reply[3], reply[4] }
    end
  end
  local tokens = {}
  -- Those in line had their turn: whoever is left there was woken, or waits behind such. Nobody is to come in between.
  for i, r in ipairs(requests) do tokens[i] = acquire(KEYS[first + i - 1], r[1], r[2], r[3], 'B', r[5], r[6], r[7]) end
  return tokens
end
`;
