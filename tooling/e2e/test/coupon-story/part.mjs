// A gateway or a worker of the story. Arguments: its role, its name, and the settings of all as JSON.
import { createServer } from 'node:http';

import { createRedisLog } from '@lockstep/invalidation';
import { createLocks, createRedisLockDriver } from '@lockstep/lock';
import { createRedisStore, createRefreshGateway, createRefreshWorker, defineRefresh } from '@lockstep/refresh';
import { createBullQueue } from '@lockstep/refresh/bullmq';
import { Redis } from 'ioredis';

const [, , role, name, text] = process.argv;
const { redisPort, sourceUrl, ttlMs, refreshBelowMs, leaseMs } = JSON.parse(text);

const redis = new Redis(redisPort, '127.0.0.1', { retryStrategy: () => 50 });
redis.on('error', () => {});
const onError = () => {};
// A busy machine is no outage.
const timeoutMs = 10_000;
const store = createRedisStore({ redis, timeoutMs });
const queue = createBullQueue({ redis, lockMs: leaseMs, stalledCheckMs: 500, callTimeoutMs: timeoutMs });
const locks = createLocks({ driver: createRedisLockDriver({ client: redis, onError }), timeoutMs });
const log = createRedisLog({ client: redis, namespace: 'coupons' });
const coupons = defineRefresh('coupons', {
  shape: 'hash',
  primaryKey: 'id',
  ttlMs,
  refreshBelowMs,
  settleMs: 50,
  async load({ signal }) {
    const response = await fetch(`${sourceUrl}?by=${name}`, { signal });
    return { data: await response.json() };
  },
});
const common = { store, queue, locks, log, leaseMs, definitions: [coupons], onError };

if (role === 'worker') {
  createRefreshWorker(common).start();
  process.send({ kind: 'ready' });
} else {
  const gateway = createRefreshGateway(common);
  const reads = gateway.of(coupons);
  const read = async (limit) => {
    const startedAt = performance.now();
    const { data, state, size } = await (limit > 0 ? reads.page('', { offset: 5, limit }) : reads.read());
    return { coupons: [...data.values()], state, size, ms: performance.now() - startedAt };
  };
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url, 'http://gateway');
    const limit = Number(searchParams.get('limit') ?? 0);
    const times = Number(searchParams.get('times') ?? 1);
    Promise.all(Array.from({ length: times }, () => read(limit))).then(
      (answers) => response.end(JSON.stringify(answers)),
      (error) => response.writeHead(500).end(String(error?.code ?? error)),
    );
  }).listen(0, '127.0.0.1', () => process.send({ kind: 'ready', port: server.address().port }));
}

// A parent that is gone must not leave anything behind.
process.once('disconnect', () => process.exit(1));
