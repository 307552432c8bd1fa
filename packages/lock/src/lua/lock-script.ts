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
import { term } from './term.ts';

/**
 * Does any number of steps on locks of one slot, in order: what a process asks for in one turn is one command.
 *
 * KEYS: the base of each lock; what lies beside it (see `leaseValue`) has names that begin with it, and is in its slot.
 * ARGV: 1 what the channels of processes begin with, 2 '1' where PUBLISH knows how many hear it, then each step:
 * 'A' owner, period, grant period, mode, priority, delay, metadata · 'M' count, then the same for each of so many keys ·
 * 'R' owner (release or cancel) · 'E' owner, period (renew) · 'T' owner (term) · 'I' (inspect) ·
 * 'N' (passOn).
 *
 * Reply: for each step what its function returns, or { -1, message } where it failed; the other steps are done.
 */
export const lockScript: RedisScript = createScript(`
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
local function step()
  local op, base, from = ARGV[at], KEYS[key + 1], at
  key = key + 1
  if op == 'A' then
    at = at + 8
    return acquire(base, ARGV[from + 1], ARGV[from + 2], ARGV[from + 3], ARGV[from + 4], ARGV[from + 5], ARGV[from + 6], ARGV[from + 7])
  elseif op == 'R' then
    at = at + 2
    return release(base, ARGV[from + 1])
  elseif op == 'E' then
    at = at + 3
    return renew(base, ARGV[from + 1], ARGV[from + 2])
  elseif op == 'T' then
    at = at + 2
    return term(base, ARGV[from + 1])
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
