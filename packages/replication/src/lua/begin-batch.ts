import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Takes a lane for one batch, when the batch follows its cursor and nobody else holds the lane.
 *
 * KEYS: 1 lane: hash of `cursor` and `token` · 2 holder · 3 intent.
 * ARGV: 1 name of the taker · 2 prev · 3 last · 4 how long it holds, in milliseconds · 5 how long the intent stays.
 * Reply: 1 what was done · 2 the cursor · 3 the intent of a batch that was begun and not committed, or an empty text ·
 * 4 the fencing token, greater than any before it, or the milliseconds that the holder has left. `begun`; `elsewhere`, the cursor is not prev;
 * `held`, by another; `short`, the batch ends before the intent.
 */
export const BEGIN_BATCH: RedisScript = createScript(`
local function after(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)-(%d+)$')
  if tonumber(a_ms) ~= tonumber(b_ms) then return tonumber(a_ms) > tonumber(b_ms) end
  return tonumber(a_seq) > tonumber(b_seq)
end
local cursor = redis.call('HGET', KEYS[1], 'cursor') or '0-0'
local intent = redis.call('GET', KEYS[3]) or ''
if cursor ~= ARGV[2] then return {'elsewhere', cursor, intent, 0} end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return {'held', cursor, intent, redis.call('PTTL', KEYS[2])} end
if intent ~= '' and after(intent, ARGV[3]) then return {'short', cursor, intent, 0} end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[5])
-- A Redis that lost its end must not give out a token again that it gave out before.
local time = redis.call('TIME')
local last = tonumber(redis.call('HGET', KEYS[1], 'token') or 0)
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('HSET', KEYS[1], 'token', token)
return {'begun', cursor, ARGV[3], token}
`);
