import { Redis } from 'ioredis';

/** A client as a careful team sets it up: no command waits for ever, and it is back soon after a break. */
export function connectRedis(redisUrl: string, ttlMs: number): Redis {
  const client = new Redis(redisUrl, { commandTimeout: Math.ceil(ttlMs / 3), retryStrategy: () => 50 });
  // Each command tells whoever sent it.
  client.on('error', () => {});
  return client;
}
