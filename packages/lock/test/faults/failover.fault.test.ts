import { startRedisSentinel } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { createLocks } from '../../src/index.ts';
import { untilAborted } from './setup.ts';

describe('a failover behind Sentinel', () => {
  it(
    'leaves the lock to those who wait, under a greater token, and ends the lease from before',
    { timeout: 60_000 },
    async () => {
      await using sentinel = await startRedisSentinel();
      const { endpoints, name } = sentinel;
      const client = new Redis({ sentinels: [...endpoints], name, maxRetriesPerRequest: null });
      client.on('error', () => undefined);
      const locks = createLocks({ client, ttlMs: 1000, waitMs: 30_000, onError: () => undefined });
      const first = await locks.acquire('k');
      const waiting = locks.acquire('k');
      await sentinel.failover({ by: 'kill' });
      const second = await waiting;
      expect(second.token).toBeGreaterThan(first.token);
      await untilAborted(first.signal);
      expect(first.isHeld()).toBe(false);
      expect(await second.release()).toBe('released');
      await locks.close();
      client.disconnect();
    },
  );
});
