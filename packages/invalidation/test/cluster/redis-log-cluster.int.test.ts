import { expect, it } from 'vitest';

import { createRedisLog } from '../../src/redis/redis-log.ts';
import { describeInvalidationLog } from '../log-conformance.ts';
import { record } from '../recorder.ts';
import { setupCluster } from './cluster-setup.ts';

const setup = setupCluster();
const shards = 4;
const maxLeaseMs = 2000;

describeInvalidationLog('createRedisLog on a Cluster', {
  createLog: () => createRedisLog({ client: setup.connect(), namespace: setup.namespace(), shards, maxLeaseMs }),
});

describeInvalidationLog('createRedisLog on a Cluster with sharded push', {
  createLog() {
    const client = setup.connect({ shardedSubscribers: true });
    return createRedisLog({ client, namespace: setup.namespace(), shards, maxLeaseMs, shardedPush: true });
  },
});

it('spreads its shards over the nodes, and keeps what belongs to one shard in one slot', async () => {
  const client = setup.connect();
  await using log = createRedisLog({ client, namespace: 'spread', shards: 16 });
  const masters = await Promise.all(
    Array.from({ length: 16 }, (_, shard) => setup.cluster.masterOf(log.keys.state(shard))),
  );
  expect(new Set(masters).size).toBe(3);
  for (const key of ['a', 'b', 'c']) {
    const state = log.keys.state(log.shardOf(key));
    const tag = /\{.*\}/.exec(state)![0];
    expect(log.keys.value(key)).toContain(tag);
    expect(log.keys.claim(key)).toContain(tag);
  }
});

it.each([false, true])('is heard by push, not only by heartbeats, with sharded push %s', async (shardedPush) => {
  const client = setup.connect({ shardedSubscribers: shardedPush });
  await using log = createRedisLog({ client, namespace: setup.namespace(), shards, shardedPush });
  const { follower, keys } = record(log, { heartbeatMs: 60_000 });
  await follower.ready;
  const expected = Array.from({ length: 20 }, (_, i) => `key:${i}`);
  for (const key of expected) await log.publish([key]);
  await expect.poll(() => keys.toSorted()).toEqual(expected.toSorted());
});
