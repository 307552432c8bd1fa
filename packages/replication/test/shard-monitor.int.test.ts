import { systemClock } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { packMarker } from '../src/block/marker.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { SEAL_JOURNAL } from '../src/lua/seal-journal.ts';
import { OwnedConnection } from '../src/owned-connection.ts';
import type { Link } from '../src/shipper/link.ts';
import { ShardMonitor } from '../src/shipper/shard-monitor.ts';
import { connectRedis } from './connect-redis.ts';

let redis: RedisServer;
let client: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  redis = await startRedis();
  client = connectRedis(redis.port);
});
afterAll(async () => {
  client.disconnect();
  await redis.close();
});

/** A monitor of one sealed shard with one entry, which the receiver of its link has. */
async function monitorOf(region: string, during: () => void = () => {}) {
  const keys = journalKeys(region, 0);
  await client.xadd(keys.stream, '5-0', 'b', 'block', 'n', '0', 's', '0');
  await SEAL_JOURNAL.run(client, [keys.meta], []);
  const link = { cursor: '5-0', answeredAt: 0, isMarked: false, observe: () => {}, check: () => {} };
  const connection = new (class extends OwnedConnection {
    override async run<T>(...args: Parameters<OwnedConnection['run']>): Promise<T> {
      const answer = await super.run(...args);
      during();
      return answer as T;
    }
  })({ client, clock: systemClock });
  const monitor = new ShardMonitor({
    keys,
    connection,
    links: [link as unknown as Link],
    timeoutMs: 2000,
    settleMs: 1000,
    retainBytes: 0,
    marker: packMarker(0, 1),
    markerIntervalMs: 0,
    clock: { ...systemClock, monotonic: () => 10 },
  });
  return { link, monitor, connection, isThrough: () => monitor.isThrough(link as unknown as Link) };
}

it('takes a receiver for through when it still stands at the end after the time to settle', async () => {
  const { link, monitor, connection, isThrough } = await monitorOf('kept');
  await using _ = connection;
  await monitor.look();
  expect(isThrough()).toBe(false);
  link.answeredAt = 2000;
  await monitor.look();
  expect(isThrough()).toBe(true);
});

it('does not, when the answer says that its Redis lost the cursor while the journal is looked at', async () => {
  let during = (): void => {};
  const { link, monitor, connection, isThrough } = await monitorOf('lost', () => during());
  await using _ = connection;
  await monitor.look();
  during = () => Object.assign(link, { cursor: '0-0', answeredAt: 2000 });
  await monitor.look();
  expect(isThrough()).toBe(false);
});
