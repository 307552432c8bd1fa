import { createScript, type RedisClient } from '@lockstep/core';

/** Moves the times of an entry into the past, so that to its store so much time has passed. KEYS meta, data, order. */
const travel = createScript(`
for _, field in ipairs({'b', 'a', 'f', 'k'}) do
  local at = redis.call('HGET', KEYS[1], field)
  if at then redis.call('HSET', KEYS[1], field, string.format('%.0f', at - ARGV[1])) end
end
for _, key in ipairs(KEYS) do
  local at = redis.call('PEXPIRETIME', key)
  if at > 0 then redis.call('PEXPIREAT', key, string.format('%.0f', at - ARGV[1])) end
end
return 1
`);

/** Has time pass for one entry in Redis. */
export async function passInRedis(client: RedisClient, prefix: string, key: string, ms: number): Promise<void> {
  const base = `{${prefix}${key}}`;
  await travel.run(client, [`${base}:m`, `${base}:d`, `${base}:o`], [ms]);
}
