import { createRedisLog } from '../../src/redis/redis-log.ts';
import { describeInvalidationLog } from '../log-conformance.ts';
import { setupRedis } from '../redis-setup.ts';
import { setupRelays } from './relay-setup.ts';

const redis = setupRedis();
const relays = setupRelays();

describeInvalidationLog('createRelayLog over a log in Redis', {
  async createLog() {
    const log = createRedisLog({ client: redis.connect(), namespace: redis.namespace(), shards: 2, maxLeaseMs: 2000 });
    return relays.behind(await relays.relay(log), log);
  },
});
