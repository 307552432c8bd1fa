import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Appends a block once, however often it is sent, and only behind the block before it.
 *
 * KEYS: 1 stream · 2 last sequence of the producer · 3 meta.
 * ARGV: 1 block · 2 its sequence · 3 its number of operations · 4 how long to remember the producer, in milliseconds ·
 * 5 most bytes that the stream may hold · 6 `1` to append though blocks before it are missing.
 * Reply: 1 what was done · 2 the producer's last sequence before the call, 0 when it is not known · 3 bytes in the
 * stream. `appended`; `known`, it is in the stream already; `gap`, nothing was done, as blocks before it are missing;
 * `full`, nothing was done, as it does not fit; `sealed`, nothing was done, as the shard takes nothing any more.
 */
export const APPEND_BLOCK: RedisScript = createScript(`
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
local meta = redis.call('HMGET', KEYS[3], 'operations', 'bytes', 'floor', 'sealed')
local operations, bytes, floor = tonumber(meta[1] or '0'), tonumber(meta[2] or '0'), tonumber(meta[3] or '0')
local sequence = tonumber(ARGV[2])
if last >= sequence then return {'known', last, bytes - floor} end
if meta[4] then return {'sealed', last, bytes - floor} end
if last < sequence - 1 and ARGV[6] ~= '1' then return {'gap', last, bytes - floor} end
local size = #ARGV[1] + 64
if sequence == 1 then redis.call('HSET', KEYS[3], 'max', ARGV[5]) end
if bytes - floor + size > tonumber(ARGV[5]) and bytes > floor then
  redis.call('HSET', KEYS[3], 'max', ARGV[5])
  return {'full', last, bytes - floor}
end
redis.call('XADD', KEYS[1], '*', 'b', ARGV[1], 'n', string.format('%.0f', operations), 's', string.format('%.0f', bytes))
redis.call('HSET', KEYS[3], 'operations', string.format('%.0f', operations + tonumber(ARGV[3])), 'bytes', string.format('%.0f', bytes + size))
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4])
return {'appended', last, bytes - floor + size}
`);
