import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import type { Judge } from './judge.ts';
import type { StoryRegion } from './story-region.ts';

/** Notes when the log of a region names the token of a user whose password is changed in another one. */
export async function observeArrivals({ name, redis }: StoryRegion, judge: Judge): Promise<AsyncDisposable> {
  const client = new Redis(redis.port, redis.host);
  const log = createRedisLog({ client, namespace: name });
  const follower = log.follow({
    onInvalidate(keys) {
      const at = Number(process.hrtime.bigint()) / 1e6;
      for (const key of keys) {
        const user = key.slice('token:'.length);
        if (key.startsWith('token:') && !user.startsWith(`${name}-`)) judge.hear(name, user, at);
      }
    },
    // Nothing restarts Redis here, and what it did not hear the test misses.
    onReset: () => undefined,
  });
  await follower.ready;
  return {
    async [Symbol.asyncDispose]() {
      await follower.close();
      await log.close();
      client.disconnect();
    },
  };
}
