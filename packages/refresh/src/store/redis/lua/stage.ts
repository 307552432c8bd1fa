import { createScript, type RedisScript } from '@lockstep/core';

import { entry, put } from './entry.ts';

/**
 * Adds one chunk to a replacement that is being gathered. A client may send a command twice when its connection broke:
 * a chunk that is there already is not added again, and one that does not follow what is there is refused.
 *
 * KEYS  1 meta, 2 staged data, 3 staged order
 * ARGV  1 ticket, 2 for how long it is kept in ms, 3 shape, 4 position of the first element, 5 how many there are,
 *       then the elements as for `put`
 * Reply 1, 0 when the ticket is superseded, 2 when what was gathered is not there any more
 */
export const stage: RedisScript = createScript(`
${entry}${put}
if t ~= ARGV[1] then return 0 end
local count = 0
if ARGV[3] == 'list' then count = redis.call('LLEN', KEYS[2])
elseif ARGV[3] == 'zset' then count = redis.call('ZCARD', KEYS[2])
elseif ARGV[3] == 'hash' then count = redis.call('ZCARD', KEYS[3]) end
local position, size = tonumber(ARGV[4]), tonumber(ARGV[5])
if count >= position + size then return 1 end
if count ~= position then return 2 end
put(KEYS[2], KEYS[3], ARGV[3], 6, position)
redis.call('PEXPIRE', KEYS[2], ARGV[2])
redis.call('PEXPIRE', KEYS[3], ARGV[2])
return 1
`);
