import { createScript, type RedisScript } from '@lockstep/core';

import { findEpoch } from './epoch.ts';

/**
 * Begins a new epoch, so that everything that was filled under another one is invalid, and pushes that. Each log has a
 * script of its own by its `name`, as for `createAppendScript`.
 *
 * KEYS[1] the state, KEYS[2] the log.
 * ARGV: 1 the new epoch, 2 PUBLISH or SPUBLISH, 3 the channel, 4 '1' to make sure that the process is still the same,
 * 5 the body of the entry.
 *
 * Reply: { epoch, 1 }: the number of the one entry that the log then has.
 */
export function createClearScript(name: string): RedisScript {
  return createScript(`-- ${JSON.stringify(name)}
local state = redis.call('HMGET', KEYS[1], 'e', 'r')
local candidate, isChecked = ARGV[1], ARGV[4] == '1'
${findEpoch}
if not isNew then
  redis.call('HSET', KEYS[1], 'c', epoch, 'e', candidate)
  redis.call('UNLINK', KEYS[2])
end
redis.call('HDEL', KEYS[1], 'm', 'n')
redis.call('XADD', KEYS[2], '0-1', 'b', ARGV[5])
redis.call(ARGV[2], ARGV[3], candidate .. ' 1 ' .. ARGV[5])
return { candidate, 1 }
`);
}
