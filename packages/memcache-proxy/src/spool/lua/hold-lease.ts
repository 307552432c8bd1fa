import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Takes the lease of the replayer, or renews it.
 *
 * KEYS: 1 lease.
 * ARGV: 1 token of this holder; 2 time to live in milliseconds.
 * Reply: 2 taken, 1 renewed, 0 another one has it.
 */
export const HOLD_LEASE: RedisScript = createScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return 1
end
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 2 end
return 0
`);
