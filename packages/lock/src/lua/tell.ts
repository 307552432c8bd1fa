/**
 * How a process hears of what is granted to it, and `isTold(base, owner, sharded, message)`: whether it did, as far as is
 * known. `sharded` is 's' for one that listens in the slot of the lock, at `<channel><process>:{<hash tag of the base>}`,
 * where the node that grants knows who listens; else it is told at `<channel><process>` by all nodes.
 *
 * ARGV[1] is what the channels begin with. ARGV[2] is '1' where PUBLISH knows how many hear it, '0' where it does not,
 * and 's' where it does not and who asks listens in the slots of its locks.
 */
export const tell = `
local channel, isReceiverCountKnown, sharded = ARGV[1], ARGV[2] == '1', ARGV[2] == 's' and 's' or ''

local function isTold(base, owner, how, message)
  local to = channel .. string.match(owner, '^(.*):')
  if how ~= 's' then return redis.call('PUBLISH', to, message) > 0 or not isReceiverCountKnown end
  -- A node that is too old or does not allow it tells nobody, and the waiter asks by itself.
  local heard = redis.pcall('SPUBLISH', to .. ':' .. string.match(base, '{[^}]*}'), message)
  return type(heard) == 'number' and heard > 0
end
`;
