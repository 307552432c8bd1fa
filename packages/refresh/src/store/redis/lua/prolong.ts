import { createScript, type RedisScript } from '@lockstep/core';

import { entry, fenced, led, noted, present } from './entry.ts';

/**
 * Makes what is stored fresh again.
 *
 * KEYS  1 meta, 2 data, 3 order, 4 newest leader of the source where it is in the same slot
 * ARGV  1 ticket, 2 time to live in ms, 3 for how long it is kept in ms, 4 for how long the meta is kept at least,
 *       5 validator as for `note`, '' to keep what there is, 6 leader or ''
 * Reply 1, or 0 when the ticket is superseded, the leader one of the past, or nothing is stored
 */
export const prolong: RedisScript = createScript(`
${entry}${present}${fenced}${led}${noted}
if not mayLead(ARGV[6], KEYS[4]) or not mayWrite(ARGV[1]) or not isPresent() then return 0 end
local validator = ARGV[5]
if validator == '' then validator = v and '=' .. v or '-' end
note(ARGV[1], ARGV[2], ARGV[3], validator)
expire(ARGV[4])
return 1
`);
