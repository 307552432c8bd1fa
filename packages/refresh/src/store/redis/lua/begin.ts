import { createScript, type RedisScript } from '@lockstep/core';

import { entry, fenced, led, present } from './entry.ts';

/**
 * Begins a load.
 *
 * KEYS  1 meta, 2 data, 3 order, 4 newest leader of the source where it is in the same slot
 * ARGV  1 ticket, 2 for how long the meta is kept at least, in ms
 *       3 shape that is wanted, '' for any, 4 leader or '', 5 for how long it is remembered, in ms
 * Reply nil when the ticket is superseded or the leader one of the past, { } when nothing of that shape is stored, else the freshness of what is
 */
export const begin: RedisScript = createScript(`
${entry}${present}${fenced}${led}
if not mayLead(ARGV[4], KEYS[4]) then return false end
local highest = tonumber(h or '0')
if highest > tonumber(ARGV[1]) then return false end
if highest == tonumber(ARGV[1]) then
  if not mayWrite(ARGV[1]) then return false end
else
  if isForeign then redis.call('UNLINK', KEYS[1]) end
  redis.call('HSET', KEYS[1], 'h', ARGV[1], 't', ARGV[1], 'b', text(now), 'p', run())
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], 'l', ARGV[4])
  if KEYS[4] then redis.call('SET', KEYS[4], ARGV[4], 'PX', ARGV[5]) end
end
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if not isPresent() or (ARGV[3] ~= '' and ARGV[3] ~= s) then return {} end
return freshness()
`);
