import { createScript, type RedisScript } from '@lockstep/core';

import { runSteps } from './run-steps.ts';
import { sharedAcquire } from './shared-acquire.ts';
import { sharedFill } from './shared-fill.ts';
import { sharedState } from './shared-state.ts';
import { tell } from './tell.ts';

/**
 * Does any number of steps on semaphores and read-write locks of one slot, in order.
 *
 * KEYS: the base of each lock; what lies beside it (see `sharedState`) has names that begin with it, and is in its slot.
 * ARGV: 1 and 2 how processes are told (see `tell`), then each step. The
 * first argument of a step is a letter, with the owner behind it where there is one:
 * 'A'owner, period, grant period, mode, priority, shape, metadata · 'R'owner (release or cancel) · 'E'owner, period
 * (renew) · 'I' (inspect) · 'N' (passOn).
 *
 * Reply: for each step a token or what `acquire` says; 1, or 0 where it was not the owner's any more, or 1 + for how many ms
 * one that was given it has time, where others wait behind him; { the last owner,
 * token, metadata, ms left, how many wait, how many hold }, or 0. { -1, message } where it failed; the others are done.
 */
export const sharedScript: RedisScript = createScript(`
${tell}
${sharedState}
${sharedFill}
${sharedAcquire}
local function passOn(base)
  purge(base)
  local _, given = fill(base)
  if not given or redis.call('EXISTS', base .. ':q') == 0 then return 1 end
  return 1 + given
end

local function release(base, owner)
  purge(base)
  local was = remove(base, owner)
  if was == 0 then leave(base, owner) end
  local reply = passOn(base)
  return was == 0 and 0 or reply
end

local function renew(base, owner, period)
  purge(base)
  if not redis.call('ZSCORE', base .. ':h', owner) then
    redis.call('HDEL', base .. ':w', '')
    return 0
  end
  redis.call('ZADD', base .. ':h', now + period, owner)
  keep(base, tonumber(period))
  return 1
end

local function inspect(base)
  local last = redis.call('ZREVRANGEBYSCORE', base .. ':h', '+inf', '(' .. now, 'WITHSCORES', 'LIMIT', 0, 1)
  if not last[1] then return 0 end
  local token, metadata = string.match(redis.call('HGET', base .. ':i', last[1]), '^(%d+)|%w+|(.*)$')
  local holders = redis.call('ZCOUNT', base .. ':h', '(' .. now, '+inf')
  return { last[1], tonumber(token), metadata, last[2] - now, redis.call('ZCARD', base .. ':q'), holders }
end

local at, key = 3, 0
local function step()
  local base, from = KEYS[key + 1], at
  local op, owner = string.sub(ARGV[at], 1, 1), string.sub(ARGV[at], 2)
  key = key + 1
  if op == 'A' then
    at = at + 7
    return acquire(base, owner, unpack(ARGV, from + 1, from + 6))
  elseif op == 'R' then
    at = at + 1
    return release(base, owner)
  elseif op == 'E' then
    at = at + 2
    return renew(base, owner, ARGV[from + 1])
  end
  at = at + 1
  if op == 'N' then return passOn(base) end
  return inspect(base)
end

${runSteps}
`);
