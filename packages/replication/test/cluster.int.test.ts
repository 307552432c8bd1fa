import { startRedisCluster } from '@lockstep/testing';
import { Cluster } from 'ioredis';
import { expect, it } from 'vitest';

import { createJournal } from '../src/journal/journal.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
import { createShipper } from '../src/shipper/shipper.ts';
import type { Transport } from '../src/transport/transport.ts';
import { set } from './operations.ts';
import { RecordingApplier } from './recording-applier.ts';

it('journals, ships and receives on a Redis Cluster, whose nodes share the shards', async () => {
  await using redis = await startRedisCluster({ masters: 3 });
  const client = new Cluster([...redis.endpoints]);
  client.on('error', () => {
    // While it looks for the nodes; commands reject on their own.
  });
  const applier = new RecordingApplier();
  const receiver = createReceiver({ client, region: 'west', applier, timeoutMs: 15_000 });
  const transport: Transport = {
    position: (source, shard) => receiver.position(source, shard),
    send: async (batch) => {
      const { kind, ...position } = await receiver.receive(batch);
      return { kind: kind === 'gap' ? 'gap' : 'accepted', ...position };
    },
  };
  {
    await using journal = createJournal({ client, region: 'east', timeoutMs: 15_000 });
    const options = { client, region: 'east', links: [{ to: 'west', transport }], timeoutMs: 15_000 };
    await using first = createShipper(options);
    await using second = createShipper(options);
    first.start();
    second.start();
    const standbys = (): number[] => [first, second].map((shipper) => shipper.status()[0]!.standbyShards);
    // Each shard is shipped by one of them.
    await expect.poll(() => standbys().reduce((sum, shards) => sum + shards, 0), { timeout: 15_000 }).toBe(16);
    await Promise.all(Array.from({ length: 900 }, (_, n) => journal.append(set(`key-${n % 100}`, n))));
    const expected = Array.from({ length: 100 }, (_, n): [string, string] => [`key-${n}`, String(800 + n)]);
    await expect.poll(() => applier.state).toEqual(new Map(expected));
    expect(applier.backwardSteps()).toBe(0);
    const masters = await Promise.all(
      Array.from({ length: 16 }, (_, shard) => redis.masterOf(journalKeys('east', shard).stream)),
    );
    expect(new Set(masters.map(({ port }) => port)).size).toBe(3);
    await first.close();
    await expect.poll(standbys, { timeout: 15_000 }).toEqual([expect.any(Number), 0]);
    await Promise.all(Array.from({ length: 100 }, (_, n) => journal.append(set(`key-${n}`, 'again'))));
    await expect.poll(() => new Set(applier.state.values())).toEqual(new Set(['again']));
  }
  client.disconnect();
});
