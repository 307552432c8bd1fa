import { createScript, type RedisScript } from '@lockstep/core';

import { entry } from './entry.ts';

/**
 * Supersedes the load under way, and takes away what is stored, or makes it stale.
 *
 * KEYS  1 meta, 2 data, 3 order
 * ARGV  1 'remove' or 'expire'
 * Reply 1
 */
export const invalidate: RedisScript = createScript(`
${entry}
-- HDEL and UNLINK first: a Redis whose memory is full takes them, and what follows them in a script.
if isForeign then redis.call('UNLINK', KEYS[1]) else redis.call('HDEL', KEYS[1], 't') end
if ARGV[1] == 'remove' then
  redis.call('UNLINK', KEYS[2], KEYS[3])
  if not isForeign then redis.call('HDEL', KEYS[1], 'g', 'a', 'f', 'k', 'n', 's', 'c', 'w', 'v') end
elseif f and tonumber(f) > now then
  redis.call('HSET', KEYS[1], 'f', text(now))
end
return 1
`);
