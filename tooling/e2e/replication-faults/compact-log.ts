import { setTimeout as wait } from 'node:timers/promises';

import { Redis } from 'ioredis';

const patienceMs = 20_000;

/** Has a Redis write its append-only file anew: a small disk would be full after a dozen seeds. @throws Error when it does not. */
export async function compactLog(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await redis.bgrewriteaof();
    const giveUpAt = performance.now() + patienceMs;
    for (;;) {
      const info = await redis.info('persistence');
      if (!/^aof_rewrite_(in_progress|scheduled):1/m.test(info)) {
        if (/^aof_last_bgrewrite_status:ok/m.test(info)) return;
        throw new Error(`Redis did not write its append-only file anew:\n${info}`);
      }
      if (performance.now() > giveUpAt) throw new Error('Redis takes too long to write its append-only file anew');
      await wait(20);
    }
  } finally {
    redis.disconnect();
  }
}
