import { createScript, type RedisScript } from '@lockstep/core';

import { entry, fenced, led, noted, put } from './entry.ts';

/**
 * Replaces an entry by what fits into one step.
 *
 * KEYS  1 meta, 2 data, 3 order, 4 newest leader of the source where it is in the same slot
 * ARGV  1 ticket, 2 time to live in ms, 3 for how long it is kept in ms, 4 for how long the meta is kept at least,
 *       5 validator as for `note`, 6 shape, 7 size, 8 how much of it one read gets at most, 9 leader or '', then the content
 *       as for `put`
 * Reply 1, or 0 when the ticket is superseded or the leader one of the past
 */
export const replace: RedisScript = createScript(`
${entry}${fenced}${led}${noted}${put}
if not mayLead(ARGV[9], KEYS[4]) or not mayWrite(ARGV[1]) then return 0 end
note(ARGV[1], ARGV[2], ARGV[3], ARGV[5])
hold(ARGV[6], ARGV[7], ARGV[8])
redis.call('UNLINK', KEYS[2], KEYS[3])
put(KEYS[2], KEYS[3], ARGV[6], 10, 0)
expire(ARGV[4])
return 1
`);
