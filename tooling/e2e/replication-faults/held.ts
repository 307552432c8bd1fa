import { Redis } from 'ioredis';

import type { Held } from './design.ts';

/** Asks a Redis by a connection of its own. */
export async function askRedis<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  redis.on('error', () => undefined);
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

/** Sums up pieces. @param streams how many streams or lists they are in. */
export function sumUpHeld(sizes: readonly number[], streams: number): Held {
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), largest: Math.max(0, ...sizes), streams };
}
