import { createScript, type RedisScript } from '@lockstep/core';

import { beginEpoch, findEpoch } from './epoch.ts';

/**
 * Takes entries into the log, drops the shared values that they invalidate, and pushes them: one atomic step. Each log
 * has a script of its own by its `name`, so that a server which does not know it has not seen this log since it started.
 *
 * KEYS[1] the state, KEYS[2] the log, then shared values and claims to drop, then tags.
 * ARGV: 1 an epoch in case one must begin, 2 about how many entries to keep, 3 PUBLISH or SPUBLISH, 4 the channel,
 * 5 '1' to make sure that the process is still the same, 6 '1' when KEYS has the shared values, 7 how many of KEYS are
 * tags, 8 how long a tag is remembered in ms, from 9 on the bodies of the entries.
 *
 * Reply: { epoch, number of the last entry as text, 1 where shared values lie beside the log }; or { '' }, and nothing
 * was done: there are shared values, and KEYS lacks them.
 */
export function createAppendScript(name: string): RedisScript {
  return createScript(`-- ${JSON.stringify(name)}
local state = redis.call('HMGET', KEYS[1], 'e', 'r', 'v')
local isShared = state[3] == '1'
if isShared and ARGV[6] == '0' then return { '' } end
local candidate, isChecked = ARGV[1], ARGV[5] == '1'
${findEpoch}
local last
for i = 9, #ARGV do
  local id = redis.call('XADD', KEYS[2], 'NOMKSTREAM', 'MAXLEN', '~', ARGV[2], '0-*', 'b', ARGV[i])
  if not id then
    -- There is no stream: nothing was taken yet, or it was lost, and its numbers must not begin again.
    if redis.call('HDEL', KEYS[1], 'n') == 0 then
      ${beginEpoch}
      redis.call('HDEL', KEYS[1], 'n')
    end
    id = redis.call('XADD', KEYS[2], '0-1', 'b', ARGV[i])
  end
  last = string.sub(id, 3)
  redis.call(ARGV[3], ARGV[4], epoch .. ' ' .. last .. ' ' .. ARGV[i])
end
local tagsFrom = #KEYS - ARGV[7] + 1
if isShared then
  for i = 3, tagsFrom - 1, 1000 do redis.call('UNLINK', unpack(KEYS, i, math.min(i + 999, tagsFrom - 1))) end
end
for i = tagsFrom, #KEYS do redis.call('SET', KEYS[i], epoch .. ':' .. last, 'PX', ARGV[8]) end
return { epoch, last, isShared and 1 or 0 }
`);
}
