import { createScript, type RedisScript } from '@lockstep/core';

import { VERSION_TABLE } from './version-table.ts';

/**
 * Compares the operations of a batch with what a region knows of their keys, and notes what will be stored, in one step.
 *
 * KEYS: 1 newer · 2 older · 3 meta.
 * ARGV: 1 and 2 as `VERSION_TABLE` · 3 lane · 4 prev · 5 last of the batch · 6 when its first entry was appended,
 * in milliseconds · 7 how much later than what is unknown that must be · 8 and on: for each operation its key, and
 * `s` or `x` with the version in 20 digits, or `?` where it has none.
 * Reply: a letter for each operation: `a` carry it out; `k` leave it, as the same or a newer one is there; `d` delete
 * the key. When a batch of this lane was begun here before, and not committed, it may have been carried out in part
 * while others wrote: what would be left is deleted then.
 */
export const JUDGE_VERSIONS: RedisScript = createScript(`${VERSION_TABLE}
local function after(a, b)
  local a_ms, a_seq = string.match(a, '^(%d+)-(%d+)$')
  local b_ms, b_seq = string.match(b, '^(%d+)-(%d+)$')
  if tonumber(a_ms) ~= tonumber(b_ms) then return tonumber(a_ms) > tonumber(b_ms) end
  return tonumber(a_seq) > tonumber(b_seq)
end
local reach = redis.call('HGET', KEYS[3], ARGV[3]) or '0-0'
local isAgain = after(reach, ARGV[4])
if after(ARGV[5], reach) then redis.call('HSET', KEYS[3], ARGV[3], ARGV[5]) end
local writtenAt, slack = tonumber(ARGV[6]), tonumber(ARGV[7])
local verdicts = {}
for i = 8, #ARGV, 2 do
  local key, kind, version = ARGV[i], string.sub(ARGV[i + 1], 1, 1), string.sub(ARGV[i + 1], 2)
  local known = look(key)
  local verdict = 'a'
  if kind == '?' then
    verdict = 'd'
    put(key, nil, 'x', now, now)
  elseif not known.version then
    if writtenAt >= known.unknownAt + slack then put(key, version, kind, now, 0) else verdict = 'd' end
  elseif known.version > version then
    verdict = isAgain and 'd' or 'k'
  elseif known.version == version and kind == 's' then
    if known.kind == 'x' then verdict = isAgain and 'd' or 'k'
    elseif isAgain then put(key, version, 's', now, 0)
    else verdict = 'k' end
  else
    put(key, version, kind, now, 0)
  end
  verdicts[#verdicts + 1] = verdict
end
return table.concat(verdicts)
`);
