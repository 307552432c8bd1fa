import { createRedisLog } from '../src/index.ts';
import { conformanceLeaseMs } from '../src/conformance/log-conformance.ts';
import { describeInvalidationLog } from './log-conformance.ts';
import { setupRedis } from './redis-setup.ts';

const redis = setupRedis();

const shared = { maxLeaseMs: conformanceLeaseMs };

for (const shards of [1, 4]) {
  for (const protocol of [2, 3] as const) {
    describeInvalidationLog(`createRedisLog with ${shards} shard(s) over RESP${protocol}`, {
      createLog: () =>
        createRedisLog({
          ...shared,
          client: redis.connect(undefined, { protocol }),
          namespace: redis.namespace(),
          shards,
        }),
    });
  }
}

describeInvalidationLog('createRedisLog with sharded pushes', {
  createLog: () =>
    createRedisLog({
      ...shared,
      client: redis.connect(),
      namespace: redis.namespace(),
      shards: 2,
      shardedPush: true,
    }),
});
