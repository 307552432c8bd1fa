import { createScript, type RedisScript } from '@lockstep/core';

import { acquire } from './acquire.ts';
import { acquireMany } from './acquire-many.ts';
import { grant } from './grant.ts';
import { inspect } from './inspect.ts';
import { leaseValue } from './lease-value.ts';
import { passOn } from './pass-on.ts';
import { release } from './release.ts';
import { renew } from './renew.ts';
import { runSteps } from './run-steps.ts';
import { tell } from './tell.ts';
import { term } from './term.ts';

/**
 * Does any number of steps on locks of one slot, in order: what a process asks for in one turn is one command.
 *
 * KEYS: the base of each lock; what lies beside it (see `leaseValue`) has names that begin with it, and is in its slot.
 * ARGV: 1 and 2 how processes are told (see `tell`), then each step. The
 * first argument of a step is a letter, with the owner behind it where there is one:
 * 'A'owner, period, grant period, mode, priority, delay, metadata · 'S'owner: like the last 'A' before it · 'M', count,
 * then the owner and the rest of an 'A' for each of so many keys · 'R'owner (release or cancel) · 'E'owner, period
 * (renew) · 'T'owner (term) · 'I' (inspect) · 'N' (passOn).
 *
 * Reply: for each step what its function returns, or { -1, message } where it failed; the other steps are done.
 */
export const lockScript: RedisScript = createScript(`
${tell}
${leaseValue}
${grant}
${acquire}
${acquireMany}
${passOn}
${release}
${renew}
${term}
${inspect}
local at, key = 3, 0
local period, grantPeriod, mode, priority, delay, metadata
local function step()
  local base, from = KEYS[key + 1], at
  local op, owner = string.sub(ARGV[at], 1, 1), string.sub(ARGV[at], 2)
  key = key + 1
  if op == 'S' then
    at = at + 1
    return acquire(base, owner, period, grantPeriod, mode, priority, delay, metadata)
  elseif op == 'R' then
    at = at + 1
    return release(base, owner)
  elseif op == 'A' then
    at = at + 7
    period, grantPeriod, mode, priority, delay, metadata = unpack(ARGV, from + 1, from + 6)
    return acquire(base, owner, period, grantPeriod, mode, priority, delay, metadata)
  elseif op == 'E' then
    at = at + 2
    return renew(base, owner, ARGV[from + 1])
  elseif op == 'T' then
    at = at + 1
    return term(base, owner)
  elseif op == 'N' then
    at = at + 1
    return passOn(base)
  elseif op == 'I' then
    at = at + 1
    return inspect(base)
  end
  local requests = {}
  local first = key
  for i = 1, ARGV[from + 1] do requests[i] = { unpack(ARGV, from + 7 * i - 5, from + 7 * i + 1) } end
  key = key + #requests - 1
  at = at + 2 + 7 * #requests
  return acquireMany(first, requests)
end

${runSteps}
`);
