/**
 * What the scripts of the table of versions begin with: `now` in milliseconds, `look(key)` and `put(key, …)`.
 *
 * KEYS: 1 newer · 2 older · 3 meta.
 * ARGV: 1 most bytes of `newer` · 2 the longest that it is written to, in milliseconds.
 *
 * What is known of a key is `version:kind:remoteAt:unknownAt`. The version has 20 digits, so that versions compare as
 * text: a number of Lua is exact up to 2^53 only. It is `?` where it is not known. The kind is `s` for a set and `x`
 * for a delete. `remoteAt` is when another region last wrote the key here; what is unknown dates from `unknownAt`.
 *
 * Nothing is dropped key by key: a full or old `newer` becomes `older`, and what was `older` is forgotten. Of keys that
 * are not there nothing is known up to `from`.
 */
export const VERSION_TABLE: string = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local meta = redis.call('HMGET', KEYS[3], 'from', 'bornAt', 'bytes', 'olderTo')
local from, bornAt, bytes = tonumber(meta[1] or '-1'), tonumber(meta[2] or '0'), tonumber(meta[3] or '0')
local olderTo = tonumber(meta[4] or '-1')
local function text(number) return string.format('%.0f', number) end
local function turn()
  redis.call('UNLINK', KEYS[2])
  if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('RENAME', KEYS[1], KEYS[2]) end
  if olderTo > from then from = olderTo end
  olderTo, bornAt, bytes = now, now, 0
  redis.call('HSET', KEYS[3], 'from', text(from), 'bornAt', text(now), 'bytes', '0', 'olderTo', text(now))
end
if from < 0 then
  -- A table that is new, or that Redis lost: what was before is not known.
  from, bornAt = now, now
  redis.call('HSET', KEYS[3], 'from', text(now), 'bornAt', text(now))
elseif now - bornAt > tonumber(ARGV[2]) then turn() end
local function look(key)
  local stored = redis.call('HGET', KEYS[1], key) or redis.call('HGET', KEYS[2], key)
  if not stored then return {remoteAt = from, unknownAt = from} end
  local version, kind, remoteAt, unknownAt = string.match(stored, '^([^:]*):(.):(%d+):(%d+)$')
  if version == '?' then version = nil end
  return {version = version, kind = kind, remoteAt = tonumber(remoteAt), unknownAt = tonumber(unknownAt)}
end
local function put(key, version, kind, remoteAt, unknownAt)
  local entry = (version or '?') .. ':' .. kind .. ':' .. text(remoteAt) .. ':' .. text(unknownAt)
  if redis.call('HSET', KEYS[1], key, entry) == 0 then return end
  bytes = bytes + #key + 160
  if bytes > tonumber(ARGV[1]) then turn() else redis.call('HSET', KEYS[3], 'bytes', text(bytes)) end
end
`;
