import { createScript, type RedisScript } from '@lockstep/core';

import { entry, fenced, led, noted, present } from './entry.ts';

/**
 * Puts what was gathered in the place of an entry.
 *
 * KEYS  1 meta, 2 data, 3 order, 4 staged data, 5 staged order, 6 newest leader of the source where it is in
 *       the same slot
 * ARGV  1 to 9 as of `replace`
 * Reply 1, 0 when the ticket is superseded or the leader one of the past, 2 when what was gathered is not there as a whole
 */
export const swap: RedisScript = createScript(`
${entry}${present}${fenced}${led}${noted}
if not mayLead(ARGV[9], KEYS[6]) or not mayWrite(ARGV[1]) then return 0 end
if not isWhole(KEYS[4], KEYS[5], ARGV[6], ARGV[7]) then return 2 end
note(ARGV[1], ARGV[2], ARGV[3], ARGV[5])
hold(ARGV[6], ARGV[7], ARGV[8])
-- RENAME would free what it replaces at once, and block for as long as that takes.
redis.call('UNLINK', KEYS[2], KEYS[3])
redis.call('RENAME', KEYS[4], KEYS[2])
if ARGV[6] == 'hash' then redis.call('RENAME', KEYS[5], KEYS[3]) end
expire(ARGV[4])
return 1
`);
