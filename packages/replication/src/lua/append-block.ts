import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Appends a block once, however often it is sent.
 *
 * KEYS: 1 stream · 2 last sequence of the producer · 3 running count of operations.
 * ARGV: 1 block · 2 its sequence · 3 its number of operations · 4 how long to remember the producer, in milliseconds.
 * Reply: the sequence before this one as text, or an empty text when the producer is not known. When it is the
 * block's own or a later one, nothing was appended: the block is in the stream already.
 */
export const APPEND_BLOCK: RedisScript = createScript(`
local last = redis.call('GET', KEYS[2]) or ''
if last ~= '' and tonumber(last) >= tonumber(ARGV[2]) then return last end
local total = redis.call('INCRBY', KEYS[3], ARGV[3])
redis.call('XADD', KEYS[1], '*', 'b', ARGV[1], 'n', string.format('%.0f', total - tonumber(ARGV[3])))
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[4])
return last
`);
