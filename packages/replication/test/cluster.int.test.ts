import { startRedis } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { expect, it } from 'vitest';

import { createJournal } from '../src/journal.ts';
import { createReceiver } from '../src/receiver.ts';
import { createShipper } from '../src/shipper.ts';
import type { Transport } from '../src/transport.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

it('journals, ships and receives on a Redis Cluster', async () => {
  await using redis = await startRedis({ config: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } });
  using admin = connectRedis(redis.port);
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', 0, 16_383);
  await expect.poll(() => admin.call('CLUSTER', 'INFO'), { timeout: 10_000 }).toMatch(/cluster_state:ok/);
  const client = new Cluster([{ host: redis.host, port: redis.port }]);
  const applier = new RecordingApplier();
  const receiver = createReceiver({ client, region: 'west', applier });
  const transport: Transport = {
    cursor: (source, shard) => receiver.cursor(source, shard),
    send: async (batch) => {
      const { kind, cursor } = await receiver.receive(batch);
      return { kind: kind === 'gap' ? 'gap' : 'accepted', cursor };
    },
  };
  {
    await using journal = createJournal({ client, region: 'east' });
    await using shipper = createShipper({ client, region: 'east', links: [{ to: 'west', transport }] });
    shipper.start();
    await Promise.all(Array.from({ length: 300 }, (_, n) => journal.append(set('key', n))));
    await expect.poll(() => applier.state.get('key')).toBe('299');
  }
  client.disconnect();
});
