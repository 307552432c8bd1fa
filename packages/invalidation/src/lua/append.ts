import { createScript, type RedisScript } from '@lockstep/core';

import { beginEpoch, findEpoch } from './epoch.ts';

/** Where a log pushes its entries. */
export interface PushPlace {
  readonly channel: string;
  /** @default 'PUBLISH' */
  readonly command?: 'PUBLISH' | 'SPUBLISH';
}

/**
 * Takes entries into the log, drops the shared values that they invalidate, and pushes them: one atomic step. Each log
 * has a script of its own by its channel, so that a server which does not know it has not seen this log since it started.
 *
 * KEYS[1] the state, KEYS[2] the log, then shared values and claims to drop, then tags.
 * ARGV: 1 an epoch in case one must begin, 2 about how many entries to keep, 3 the sum of 1 to make sure that the process
 * is still the same and 2 when KEYS has the shared values, 4 how many of KEYS are tags; where there are tags, 5 how long
 * they are remembered in ms; then the bodies of the entries. Few words and a plain reply, because each of them shows in
 * how soon an entry is heard.
 *
 * Reply: the epoch and the number of the last entry, with spaces between, and ` s` where shared values lie beside the
 * log; or an empty one, and nothing was taken: there are shared values, and KEYS lacks them.
 */
export function createAppendScript({ channel, command = 'PUBLISH' }: PushPlace): RedisScript {
  const place = luaText(channel);
  return createScript(`
local state = redis.call('HMGET', KEYS[1], 'e', 'r', 'v')
local mode, tagged, first = ARGV[3], 0, 5
local isShared = state[3] == '1'
local candidate, isChecked = ARGV[1], mode == '1' or mode == '3'
${findEpoch}
-- Only now: what is sent again is known to the server, and nobody looks then who that is.
if isShared and (mode == '0' or mode == '1') then return '' end
if ARGV[4] ~= '0' then tagged, first = tonumber(ARGV[4]), 6 end
local last
for i = first, #ARGV do
  local id = redis.call('XADD', KEYS[2], 'NOMKSTREAM', 'MAXLEN', '~', ARGV[2], '0-*', 'b', ARGV[i])
  if not id then
    -- There is no stream: nothing was taken yet, or it was lost, and its numbers must not begin again.
    if redis.call('HDEL', KEYS[1], 'n') == 0 then
      ${beginEpoch}
      redis.call('HDEL', KEYS[1], 'n')
    end
    id = redis.call('XADD', KEYS[2], '0-1', 'b', ARGV[i])
  end
  last = epoch .. ' ' .. string.sub(id, 3)
  redis.call('${command}', ${place}, last .. ' ' .. ARGV[i])
end
local tagsFrom = #KEYS - tagged + 1
if isShared then
  for i = 3, tagsFrom - 1, 1000 do redis.call('UNLINK', unpack(KEYS, i, math.min(i + 999, tagsFrom - 1))) end
end
if tagged > 0 then
  local mark = string.gsub(last, ' ', ':')
  for i = tagsFrom, #KEYS do redis.call('SET', KEYS[i], mark, 'PX', ARGV[5]) end
end
if isShared then return last .. ' s' end
return last
`);
}

/** A text as it is written in Lua. */
function luaText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const escaped = text.replaceAll(/["\\\u0000-\u001f]/g, (sign) => `\\${String(sign.charCodeAt(0)).padStart(3, '0')}`);
  return `"${escaped}"`;
}
