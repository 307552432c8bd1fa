import { createScript, type RedisScript } from '@lockstep/core';

import { VERSION_TABLE } from './version-table.ts';

/**
 * Notes what a region itself has written, before it is appended to its journal. The cache was written blindly: where
 * another region wrote the key since the write may have begun, or a newer version is known, the key is suspected of
 * holding the older of the two.
 *
 * KEYS: 1 newer · 2 older · 3 meta · 4 suspects.
 * ARGV: 1 and 2 as `VERSION_TABLE` · 3 how long ago the oldest of these writes may have begun, in milliseconds ·
 * 4 most suspects · 5 and on: for each operation its key, and `s` or `x` with the version in 20 digits, or `?`.
 * Reply: 1; 0 when there are too many suspects, and nothing was done.
 */
export const NOTE_VERSIONS: RedisScript = createScript(`${VERSION_TABLE}
if redis.call('HLEN', KEYS[4]) > tonumber(ARGV[4]) then return 0 end
local since = now - tonumber(ARGV[3])
for i = 5, #ARGV, 2 do
  local key, kind, version = ARGV[i], string.sub(ARGV[i + 1], 1, 1), string.sub(ARGV[i + 1], 2)
  local known = look(key)
  local isSuspect = known.remoteAt >= since
  if kind == '?' then
    put(key, nil, 'x', known.remoteAt, now)
  elseif not known.version then
    if isSuspect then put(key, nil, 'x', known.remoteAt, now) else put(key, version, kind, known.remoteAt, 0) end
  elseif known.version > version then
    isSuspect = true
  elseif known.version == version then
    if known.kind == 's' and kind == 'x' then put(key, version, 'x', known.remoteAt, 0) end
    if known.kind == 'x' and kind == 's' then isSuspect = true end
  else
    put(key, version, kind, known.remoteAt, 0)
  end
  if isSuspect then redis.call('HSET', KEYS[4], key, redis.call('HINCRBY', KEYS[3], 'token', 1)) end
end
return 1
`);
