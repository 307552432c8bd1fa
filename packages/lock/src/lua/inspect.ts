/** `inspect(base)` returns { owner, token, metadata, ms left, how many wait, 0, term or 0 }, or 0 where nobody has the lock. */
export const inspect = `
local function inspect(base)
  local name = base .. ':l'
  local lease = redis.call('GET', name)
  if not lease then return 0 end
  local owner, token, held, metadata = fieldsOf(lease)
  local left = validFor(name, held)
  if left <= 0 then return 0 end
  local count, isCounted = termOf(base, token)
  return { owner, token, metadata, left, redis.call('ZCARD', base .. ':q'), 0, isCounted and count or 0 }
end
`;
