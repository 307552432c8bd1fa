import { createScript, type RedisScript } from '@lockstep/core';

import { sameProcess } from './same-process.ts';

/**
 * Says under which epoch plain reads may be believed.
 *
 * KEYS  1 state
 * ARGV  1 '1' when another process than that of the state must not be believed
 * Reply { epoch, or '' where nothing may be trusted; server time in ms }
 */
export const verify: RedisScript = createScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local state = redis.call('HMGET', KEYS[1], 'e', 'r')
if not state[1] or not state[2] then return {'', now} end
local run, isChecked = state[2], ARGV[1] == '1'
${sameProcess}
return {isSame and state[1] or '', now}
`);
