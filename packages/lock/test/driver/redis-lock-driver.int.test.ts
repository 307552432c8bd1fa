import { createRedisLockDriver } from '../../src/driver/redis/redis-lock-driver.ts';
import { describeBrokenLease } from './conformance/broken-lease.ts';
import { listenTo } from './conformance/process.ts';
import { describeLockDriver } from './lock-driver-conformance.ts';
import { setupRedis } from './redis-setup.ts';

const redis = setupRedis();

describeLockDriver('Redis', {
  process: (family) => listenTo(createRedisLockDriver({ client: redis.connect() }), family),
  key: () => redis.name(),
  keysOfOneGroup: (count) => Array.from({ length: count }, () => redis.name()),
});

describeBrokenLease({
  process: () => listenTo(createRedisLockDriver({ client: redis.connect() })),
  key: () => redis.name(),
  breakLease: (key) =>
    redis.connect().multi().del(`{lk:lockstep:${key}}:l`).lpush(`{lk:lockstep:${key}}:l`, 'x').exec(),
});
