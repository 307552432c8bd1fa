import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Takes keys out of the suspects that were deleted, unless they have come under suspicion again.
 *
 * KEYS: 1 suspects.
 * ARGV: for each, the key and the token that it had.
 * Reply: how many were taken out.
 */
export const SETTLE_SUSPECTS: RedisScript = createScript(`
local settled = 0
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then settled = settled + redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return settled
`);
