import { createScript, type RedisScript } from '@lockstep/core';

import { sameProcess } from './same-process.ts';

/**
 * Reads a value, or makes the caller the one that loads it.
 *
 * KEYS  1 state, 2 value, 3 claim, 4 fence
 * ARGV  1 epoch that the caller knows, '' for none, 2 form, 3 random part of the token, 4 lease in ms, 5 '1': even if fresh,
 *       6 '1' when another process than that of the state must not be believed
 * Reply { 'H'it | 'C'laimed | 'B'usy | 'F'enced, server time in ms, epoch, value of this epoch and form or nil }
 */
export const claim: RedisScript = createScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'e', 'r', 'v')
local epoch = state[1]
if not epoch or not state[2] or (ARGV[1] ~= '' and ARGV[1] ~= epoch) then return {'F', now} end
local run, isChecked = state[2], ARGV[6] == '1'
${sameProcess}
if not isSame then return {'F', now} end
for _, ends in ipairs(redis.call('HVALS', KEYS[4])) do
  if tonumber(ends) > now then return {'F', now} end
end
local value = redis.call('GET', KEYS[2])
if value then
  local of, fresh, form = string.match(value, '^(%w+) (%d+) %d+ (%S+) ')
  if of ~= epoch or form ~= ARGV[2] then
    value = false
  elseif ARGV[5] ~= '1' and tonumber(fresh) > now then
    return {'H', now, epoch, value}
  end
end
local holder = redis.call('GET', KEYS[3])
if holder and string.sub(holder, 1, #epoch + 1) == epoch .. ':' then return {'B', now, epoch, value} end
redis.call('SET', KEYS[3], epoch .. ':' .. ARGV[3], 'PX', ARGV[4])
if not state[3] then redis.call('HSET', KEYS[1], 'v', '1') end
return {'C', now, epoch, value}
`);
