import { expect, it } from 'vitest';

import { journalKeys } from '../src/journal/journal-keys.ts';
import type { Batch } from '../src/transport/batch.ts';
import { createReceiver, type Receiver } from '../src/receiver/receiver.ts';
import { createShipper } from '../src/shipper/shipper.ts';
import type { Transport } from '../src/transport/transport.ts';
import { compareStreamIds } from '../src/operation/stream-id.ts';
import { RecordingApplier } from './recording-applier.ts';
import { startTwoRegions } from './two-regions.ts';

const SHARDS = 2;

/** A way to a receiver that can be cut. */
class CutTransport implements Transport {
  isCut = false;
  readonly #receiver: Receiver;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  async position(source: string, shard: number) {
    if (this.isCut) throw new Error('cut');
    return this.#receiver.position(source, shard);
  }

  async send(batch: Batch) {
    if (this.isCut) throw new Error('cut');
    const { kind, ...position } = await this.#receiver.receive(batch);
    return { kind: kind === 'gap' ? ('gap' as const) : ('accepted' as const), ...position };
  }
}

it('tells of each link how many bytes its receiver has not confirmed', async () => {
  await using regions = await startTwoRegions({ shards: SHARDS });
  const client = regions.eastClient;
  const north = new RecordingApplier();
  const ways = {
    west: new CutTransport(regions.receiver),
    north: new CutTransport(createReceiver({ client, region: 'north', applier: north })),
  };
  const links = (['west', 'north'] as const).map((to) => ({ to, transport: ways[to] }));
  const tuning = { shards: SHARDS, monitorIntervalMs: 20, retry: { minMs: 10, maxMs: 20 }, maxBatchOperations: 30 };
  await using shipper = createShipper({ client, region: 'east', links, ...tuning });
  shipper.start();
  const queued = (at: number): readonly number[] => shipper.status()[at]!.shards.map(({ queuedBytes }) => queuedBytes);
  /** Of each shard, what the entries after the cursor of the link take by what is in the stream. */
  const counted = (at: number): Promise<number[]> =>
    Promise.all(
      shipper.status()[at]!.shards.map(async ({ shard, cursor = '0-0' }) => {
        const entries = await client.xrangeBuffer(journalKeys('east', shard).stream, '-', '+');
        return entries
          .filter(([id]) => compareStreamIds(id.toString(), cursor) > 0)
          .reduce((sum, [, fields]) => sum + fields[1]!.length + 64, 0);
      }),
    );

  await regions.write(100);
  await regions.converge();
  await expect.poll(() => [queued(0), queued(1)]).toEqual([Array(SHARDS).fill(0), Array(SHARDS).fill(0)]);

  ways.north.isCut = true;
  await regions.write(300);
  await regions.converge();
  await expect.poll(() => queued(0)).toEqual(Array(SHARDS).fill(0));
  const waiting = await counted(1);
  expect(Math.min(...waiting)).toBeGreaterThan(1000);
  await expect.poll(() => queued(1)).toEqual(waiting);
  const sum = waiting.reduce((all, bytes) => all + bytes, 0);
  expect(shipper.status().map(({ queuedBytes }) => queuedBytes)).toEqual([0, sum]);
  // What the journal holds is the same for both.
  await expect.poll(() => shipper.status().map(({ heldBytes }) => heldBytes)).toEqual([sum, sum]);

  ways.north.isCut = false;
  await expect.poll(() => queued(1)).toEqual(Array(SHARDS).fill(0));
  await expect.poll(() => north.state).toEqual(regions.applier.state);
});

it('knows what is queued before it has heard of the receiver', async () => {
  await using regions = await startTwoRegions();
  await regions.write(200);
  const shipper = regions.ship({ address: '127.0.0.1:9' });
  const bytes = Number(await regions.eastClient.hget(journalKeys('east', 0).meta, 'bytes'));
  expect(bytes).toBeGreaterThan(1000);
  await expect.poll(() => shipper.status()[0]!.queuedBytes).toBe(bytes);
});
