import { checkLeaks, startRedis } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createHttpTransport } from '../src/transport/http-transport.ts';
import { createJournal } from '../src/journal/journal.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
import { createShipper } from '../src/shipper/shipper.ts';
import { connectRedis } from './connect-redis.ts';
import { set } from './operations.ts';
import { serveReceiver } from './receiver-server.ts';
import { RecordingApplier } from './recording-applier.ts';

it('leaves no memory, connection or timer behind when everything is closed', async () => {
  await using redis = await startRedis();
  using client = connectRedis(redis.port);
  const report = await checkLeaks(async () => {
    const applier = new RecordingApplier();
    const receiver = createReceiver({ client, region: 'west', applier });
    await using server = await serveReceiver(receiver);
    await using transport = createHttpTransport({ url: server.url });
    await using shipper = createShipper({ client, region: 'east', links: [{ to: 'west', transport }] });
    await using journal = createJournal({ client, region: 'east', timeoutMs: 10_000 });
    shipper.start();
    const value = String(Math.random());
    await Promise.all(Array.from({ length: 100 }, () => journal.append(set('key', value))));
    await expect.poll(() => applier.state.get('key')).toBe(value);
    await receiver.close();
  });
  expect(report.growthBytes).toBeLessThan(1024 * 1024);
});
