import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Gives the id of the oldest note that is due, to the one who may look.
 *
 * KEYS: 1 stream · 2 who looks after it.
 * ARGV: 1 name of the asker · 2 how long nobody else may look, in milliseconds · 3 how old a note must be, in milliseconds.
 * Reply: the id; an empty text when none is due, or another looks after them.
 */
export const TAKE_SECOND: RedisScript = createScript(`
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return '' end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not first then return '' end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if now - tonumber(string.match(first[1], '^(%d+)')) < tonumber(ARGV[3]) then return '' end
return first[1]
`);
