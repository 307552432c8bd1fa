import { createScript, type RedisScript } from '@lockstep/core';

import { entry, present } from './entry.ts';

/**
 * Reads an entry or a part of it: as much as one step gets at most, of a value in bytes and else in elements.
 *
 * KEYS  1 meta, 2 data, 3 order
 * ARGV  1 shape, 2 'E'lement, 'R'ange, or 'A' for a range however long it is, 3 the id, or the position of the first,
 *       4 position of the last
 * Reply nil when nothing is stored, { } when it has another shape, else { freshness, version, size, content }: the bytes of
 *       a value, the elements of a list, members and scores in turn of a sorted set, { ids, bytes } of a hash. Of two
 *       replies with the same version the content was the same. The size of a value is in bytes
 */
export const read: RedisScript = createScript(`
${entry}${present}
if not isPresent() then return false end
if s ~= ARGV[1] then return {} end
local version, size = g .. ' ' .. w, tonumber(n)
if ARGV[2] == 'E' then
  local element = redis.call('HGET', KEYS[2], ARGV[3])
  if not element then return {freshness(), version, size, {{}, {}}} end
  return {freshness(), version, size, {{ARGV[3]}, {element}}}
end
local first, last = ARGV[3], ARGV[4]
if ARGV[2] == 'R' then last = text(math.min(last, first + c - 1)) end
if s == 'value' then return {freshness(), version, size, redis.call('GETRANGE', KEYS[2], first, last)} end
if s == 'list' then return {freshness(), version, size, redis.call('LRANGE', KEYS[2], first, last)} end
if s == 'zset' then return {freshness(), version, size, redis.call('ZRANGE', KEYS[2], first, last, 'WITHSCORES')} end
local ids = redis.call('ZRANGE', KEYS[3], first, last)
local elements = {}
for from = 1, #ids, 1000 do
  local found = redis.call('HMGET', KEYS[2], unpack(ids, from, math.min(from + 999, #ids)))
  for i = 1, #found do elements[from + i - 1] = found[i] end
end
return {freshness(), version, size, {ids, elements}}
`);
