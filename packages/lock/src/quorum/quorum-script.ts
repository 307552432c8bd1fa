import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Takes, renews or gives back a key on one node. Both are one script, so that a node knows either none or both of them
 * and does what it is sent in order.
 *
 * KEYS[1] the key. ARGV: 1 'take' or 'free', 2 the owner, 3 the period in ms. Reply: 1, or 0 where it is another's; for
 * `free` also where it is nobody's.
 */
export const quorumScript: RedisScript = createScript(`
local owner = redis.call('GET', KEYS[1])
if ARGV[1] == 'free' then return owner == ARGV[2] and redis.call('DEL', KEYS[1]) or 0 end
if owner and owner ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);
