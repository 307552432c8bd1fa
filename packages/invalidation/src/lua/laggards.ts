import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Says which followers with a lease have not passed an entry.
 *
 * KEYS[1] the state.
 * ARGV: 1 the epoch of the entry, 2 its number, then pairs of a follower and the row that it had: forget it where it
 * still has that row.
 *
 * Reply: { epoch of the log or '', the epoch that a clear ended or '', for how many ms no state was lost, rows }: a
 * flat list of followers and their rows. A row is epoch:number:lease in ms:server time in ms.
 */
export const laggardsScript: RedisScript = createScript(`
for i = 3, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], 'f:' .. ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], 'f:' .. ARGV[i]) end
end
local time = redis.call('TIME')
local fields, state, rows = redis.call('HGETALL', KEYS[1]), {}, {}
for i = 1, #fields, 2 do state[fields[i]] = fields[i + 1] end
local isCleared = state['e'] ~= ARGV[1] and state['c'] == ARGV[1]
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, 2) == 'f:' then
    local epoch, sequence = string.match(fields[i + 1], '^(%x+):(%d+):')
    local hasPassed = epoch == ARGV[1] and tonumber(sequence) >= tonumber(ARGV[2])
    if not hasPassed and not (isCleared and epoch == state['e']) then
      rows[#rows + 1] = string.sub(fields[i], 3)
      rows[#rows + 1] = fields[i + 1]
    end
  end
end
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return { state['e'] or '', state['c'] or '', now - (state['b'] or now), rows }
`);
