import { describeStore } from './describe-store.ts';
import { setupRedis } from './redis-lab.ts';

const redis = setupRedis();

describeStore('createRedisStore()', ['value', 'hash', 'list', 'zset'], { open: () => redis.open() });
