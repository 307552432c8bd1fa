import { setTimeout as pause } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { createHttpTransport } from '../src/transport/http-transport.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import type { ShardStatus } from '../src/shipper/link-meter.ts';
import { createShipper, type Shipper } from '../src/shipper/shipper.ts';
import { set } from './operations.ts';
import { serveReceiver } from './receiver-server.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
import { RecordingApplier } from './recording-applier.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

const SHARDS = 4;
/** Longer than any test: what it would end by itself does not end. */
const FOREVER_MS = 600_000;
/** Nothing fails in the receiver, however busy the machine is. */
const start = (shards = SHARDS): Promise<TwoRegions> => startTwoRegions({ shards, receiverTimeoutMs: 10_000 });
const leaseOf = (shard: number, to = 'west'): string => `{lockstep:journal:east:${shard}}:shipper:${to}`;
const LEASES = Array.from({ length: SHARDS }, (_, shard) => leaseOf(shard));
const standbys = (shipper: Shipper): number => shipper.status()[0]!.standbyShards;
const pollStandbys = (shipper: Shipper, shards: number): Promise<void> =>
  expect.poll(() => standbys(shipper), { timeout: 30_000 }).toBe(shards);
const isExact = ({ receiver, applier, written }: TwoRegions): Promise<void> =>
  expect
    .poll(() => ({ received: receiver.stats().receivedOperations, backward: applier.backwardSteps() }))
    .toEqual({ received: written, backward: 0 });

/** Bytes of the batches that west was sent for the same writes, by so many shippers. */
async function sentBytes(shippers: number, leaseMs: number): Promise<number> {
  await using regions = await start();
  const all = Array.from({ length: shippers }, () => regions.ship({ leaseMs, timeoutMs: 20_000 }));
  const standingBy = leaseMs === 0 ? 0 : SHARDS * (shippers - 1);
  await expect.poll(() => all.reduce((sum, one) => sum + standbys(one), 0), { timeout: 30_000 }).toBe(standingBy);
  await expect.poll(() => all.every((one) => one.status()[0]!.connected)).toBe(true);
  const before = regions.server.bodyBytes;
  const noise = (): string => Array.from({ length: 20 }, () => Math.random().toString(36).slice(2, 12)).join('');
  for (let round = 0; round < 20; round += 1) {
    await Promise.allSettled(Array.from({ length: 50 }, (_, n) => regions.journal.append(set(`key-${n}`, noise()))));
  }
  await expect.poll(() => regions.receiver.stats().receivedOperations).toBe(1000);
  return regions.server.bodyBytes - before;
}

describe('two shippers of a region', { timeout: 120_000 }, () => {
  it('send everything once', async () => {
    const [alone, together] = [await sentBytes(1, FOREVER_MS), await sentBytes(2, FOREVER_MS)];
    expect(together / alone).toBeLessThan(1.2);
  });

  it('send it twice without leases', async () => {
    const [alone, unleased] = [await sentBytes(1, 0), await sentBytes(2, 0)];
    expect(unleased / alone).toBeGreaterThan(1.3);
  });

  it('hand over at once when the one that ships is closed', async () => {
    await using regions = await start();
    let holder = regions.ship({ leaseMs: FOREVER_MS });
    await expect.poll(() => regions.eastClient.exists(...LEASES)).toBe(SHARDS);
    for (let round = 0; round < 4; round += 1) {
      await pollStandbys(holder, 0);
      const next = regions.ship({ leaseMs: FOREVER_MS });
      await pollStandbys(next, SHARDS);
      const written = regions.write(200);
      await holder.close();
      await written;
      await regions.converge();
      holder = next;
    }
    await isExact(regions);
  });

  it('show both how the link stands, and measure its lag once', async () => {
    await using regions = await start(1);
    // Nothing fails here, however long the receiver takes.
    const options = { leaseMs: 300, markerIntervalMs: 100, timeoutMs: 60_000 };
    const holder = regions.ship(options);
    await expect.poll(() => holder.status()[0]?.measuredLagMs).toBeDefined();
    const other = regions.ship(options);
    await pollStandbys(other, 1);
    let isHeld = true;
    regions.server.intercept = async (handle) => {
      await expect.poll(() => isHeld, { timeout: 60_000 }).toBe(false);
      return handle();
    };
    await regions.write(100);
    await expect.poll(() => other.status()[0]!.queuedOperations).toBeGreaterThanOrEqual(100);
    await expect.poll(() => other.status()[0]!.lagMs).toBeGreaterThan(100);
    expect(other.status()[0]!.queuedBytes).toBeGreaterThan(1000);
    expect(other.status()[0]).not.toHaveProperty('measuredLagMs');
    expect([holder, other].map(standbys)).toEqual([0, 1]);
    isHeld = false;
    await regions.converge();
  });

  it('go on, in order, while their leases are lost again and again', async () => {
    await using regions = await start();
    const shippers = [regions.ship({ leaseMs: 150 }), regions.ship({ leaseMs: 150 })];
    let held = 0;
    for (let round = 0; round < 60; round += 1) {
      await regions.write(30);
      held += await regions.eastClient.unlink(...LEASES);
    }
    await regions.converge();
    await isExact(regions);
    expect(held).toBeGreaterThan(0);
    await expect.poll(() => standbys(shippers[0]!) + standbys(shippers[1]!)).toBe(SHARDS);
  });

  it('ship what they have while Redis is away, and share it again when it is back', async () => {
    await using regions = await start();
    const shippers = [0, 1].map(() => regions.ship({ leaseMs: 500, exchangeTimeoutMs: 60_000, timeoutMs: 20_000 }));
    const standingBy = (): number => standbys(shippers[0]!) + standbys(shippers[1]!);
    await expect.poll(standingBy, { timeout: 30_000 }).toBe(SHARDS);
    let isHeld = true;
    regions.server.intercept = async (handle) => {
      await expect.poll(() => isHeld, { timeout: 20_000 }).toBe(false);
      return handle();
    };
    await regions.write(400);
    await expect.poll(() => shippers.map((shipper) => shipper.status()[0]!.queuedOperations)).toEqual([400, 400]);
    await regions.east.freeze();
    isHeld = false;
    await expect.poll(() => regions.receiver.stats().receivedOperations).toBe(400);
    await regions.east.thaw();
    await regions.east.kill();
    // Nobody can say that he ships, and nobody stands by for him.
    await expect.poll(standingBy, { timeout: 30_000 }).toBe(0);
    await regions.east.restart();
    await expect.poll(standingBy, { timeout: 30_000 }).toBe(SHARDS);
    await regions.write(100);
    await regions.converge();
    await isExact(regions);
  });

  it('leave a link to the other when they do not get through', async () => {
    await using regions = await start();
    const cut = regions.ship({ leaseMs: 300, address: '127.0.0.1:9' });
    await regions.write(100);
    await expect.poll(() => regions.eastClient.exists(leaseOf(0))).toBe(1);
    const other = regions.ship({ leaseMs: 300 });
    await regions.converge();
    await pollStandbys(cut, SHARDS);
    expect(standbys(other)).toBe(0);
    await isExact(regions);
  });
});

describe('a shipper', { timeout: 120_000 }, () => {
  it('does not hold what it does not ship', async () => {
    await using regions = await start(1);
    await regions.write(100);
    const wrong = regions.ship({ shards: 2, leaseMs: 60 });
    await expect.poll(() => wrong.monitorError()).toMatchObject({ code: 'ERR_REPLICATION_SHARDS' });
    // It has looked several times by then.
    await pause(500);
    await expect(regions.eastClient.exists(...LEASES)).resolves.toBe(0);
    regions.ship();
    await regions.converge();
  });

  it('does not wait for one that was killed before it, though the lease of that one goes on', async () => {
    await using regions = await start();
    for (let shard = 0; shard < SHARDS; shard += 1)
      await regions.eastClient.set(leaseOf(shard), 'dead 7 0 0 0', 'PX', FOREVER_MS);
    const shipper = regions.ship();
    await regions.write(200);
    await regions.converge();
    expect(standbys(shipper)).toBe(0);
    await expect(regions.eastClient.get(leaseOf(0))).resolves.toBe('dead 7 0 0 0');
  });

  it('stands by for one that renews its lease, says what that one says, and takes over when it does so no more', async () => {
    await using regions = await start(1);
    const shipper = regions.ship({ leaseMs: 300 });
    const said = { lagMs: 1234, queuedOperations: 77, queuedBytes: 888, cursor: '12-0', isStandby: true };
    const death = new AbortController();
    const renew = async (): Promise<void> => {
      for (let count = 0; !death.signal.aborted; count += 1)
        await regions.eastClient.set(leaseOf(0), `other ${count} 1234 77 888 12-0`, 'PX', 2000);
    };
    const renewing = renew();
    await expect.poll(() => shipper.status()[0]!.shards[0]).toMatchObject(said);
    await regions.write(100);
    expect(regions.receiver.stats().receivedOperations).toBe(0);
    expect(shipper.status()[0]!.shards[0]).toMatchObject(said);
    death.abort();
    await renewing;
    await regions.converge();
    await expect.poll(() => shipper.status()[0]).toMatchObject({ lagMs: 0, queuedBytes: 0, standbyShards: 0 });
  });

  it('goes on from what it has heard, in its status, where it does not reach the receiver itself', async () => {
    await using regions = await start(1);
    await regions.write(100);
    const newest = await regions.eastClient.xrevrange(journalKeys('east', 0).stream, '+', '-', 'COUNT', 1);
    const shipper = regions.ship({ leaseMs: 300, address: '127.0.0.1:9' });
    const shard = (): ShardStatus => shipper.status()[0]!.shards[0]!;
    await expect.poll(() => shard().queuedOperations).toBe(100);
    for (let count = 0; shard().isStandby !== true; count += 1)
      await regions.eastClient.set(leaseOf(0), `other ${count} 5 0 0 ${newest[0]![0]}`, 'PX', 500);
    await expect.poll(() => shard().isStandby).toBeUndefined();
    expect(shard()).toMatchObject({ lagMs: 0, queuedOperations: 0, queuedBytes: 0, connected: false });
    await regions.write(10);
    await expect.poll(() => shard().queuedOperations).toBe(10);
  });

  it('lets its leases go when it is closed', async () => {
    await using regions = await start(1);
    const shipper = regions.ship();
    await expect.poll(() => regions.eastClient.exists(leaseOf(0))).toBe(1);
    await shipper.close();
    await expect(regions.eastClient.exists(leaseOf(0))).resolves.toBe(0);
  });
});

it(
  'trims, and measures each link, where one shipper ships to one region and another to the other',
  { timeout: 120_000 },
  async () => {
    await using regions = await start(1);
    const client = regions.eastClient;
    const north = new RecordingApplier();
    await using server = await serveReceiver(createReceiver({ client, region: 'north', applier: north }));
    const nowhere = createHttpTransport({ url: 'http://127.0.0.1:9', timeoutMs: 100 });
    const transports = {
      west: createHttpTransport({ url: regions.server.url }),
      north: createHttpTransport({ url: server.url }),
    };
    const tuning = { shards: 1, leaseMs: 300, monitorIntervalMs: 50, markerIntervalMs: 100 };
    const shippers = (['west', 'north'] as const).map((reached) => {
      const links = (['west', 'north'] as const).map((to) => ({
        to,
        transport: to === reached ? transports[to] : nowhere,
      }));
      const shipper = createShipper({ client, region: 'east', links, ...tuning });
      shipper.start();
      return shipper;
    });
    await regions.write(200);
    await regions.converge();
    await expect.poll(() => north.state).toEqual(regions.applier.state);
    const { stream } = journalKeys('east', 0);
    await expect
      .poll(() => shippers.map((shipper) => shipper.status().map(({ standbyShards }) => standbyShards)), {
        timeout: 10_000,
      })
      .toEqual([
        [0, 1],
        [1, 0],
      ]);
    for (const [at, shipper] of shippers.entries())
      await expect.poll(() => shipper.status()[at]!.measuredLagMs).toBeLessThan(1000);
    // But for the last one, and markers.
    await expect.poll(() => client.xlen(stream)).toBeLessThan(6);
    await Promise.all(shippers.map((shipper) => shipper.close()));
    await Promise.all([nowhere, ...Object.values(transports)].map((transport) => transport.close()));
  },
);
