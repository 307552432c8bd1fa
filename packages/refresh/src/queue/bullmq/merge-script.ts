import { createScript, type RedisScript } from '@lockstep/core';

/**
 * Puts a task in the place of the one that a job has, and leaves a mark of it for whoever takes the job away.
 *
 * KEYS  1 job, 2 mark
 * ARGV  1 data that it was found with, 2 data from now on, 3 the mark, 4 for how long that is kept, in ms
 * Reply 1, 0 when the job has other data by now, -1 when it is gone
 */
export const mergeScript: RedisScript = createScript(`
local data = redis.call('HGET', KEYS[1], 'data')
if not data then return -1 end
if data ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'data', ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[4])
return 1
`);
