import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Reads a whole value of ordinary size that is as it should be: what most reads find, and a third cheaper than `read`.
 *
 * KEYS  1 meta, 2 data
 * Reply { ticket, age in ms, ms until it is stale, validator or nil, bytes }, or nil for all else, which `read` looks at
 */
export const readValue: RedisScript = createScript(`
local meta = redis.pcall('HMGET', KEYS[1], 'g', 'a', 'f', 'k', 'n', 's', 'c', 'v')
if meta.err or not meta[1] or meta[6] ~= 'value' or tonumber(meta[5]) > tonumber(meta[7]) then return false end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(meta[4]) <= now or tonumber(meta[2]) > now then return false end
local bytes = redis.pcall('GET', KEYS[2])
if type(bytes) ~= 'string' then
  if bytes or meta[5] ~= '0' then return false end
  bytes = ''
end
if #bytes ~= tonumber(meta[5]) then return false end
return {meta[1], now - meta[2], meta[3] - now, meta[8], bytes}
`);
