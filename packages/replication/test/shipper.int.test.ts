import { startFaultProxy } from '@lockstep/testing';
import { systemClock } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { createHttpTransport } from '../src/transport/http-transport.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { createShipper } from '../src/shipper/shipper.ts';
import type { Transport } from '../src/transport/transport.ts';
import { set } from './operations.ts';
import { startTwoRegions } from './two-regions.ts';

const { stream } = journalKeys('east', 0);
const unreachable: Transport = {
  position: () => Promise.reject(new Error('no route')),
  send: () => Promise.reject(new Error('no route')),
};

describe('createShipper', () => {
  it('brings the other region to the same state, in order, and says that nothing is left', async () => {
    await using regions = await startTwoRegions();
    await regions.write(500);
    // Nothing fails here, however busy the machine is.
    const shipper = regions.ship({ timeoutMs: 10_000 });
    await regions.write(500);
    await regions.converge();
    expect(regions.applier.backwardSteps()).toBe(0);
    const state = {
      connected: true,
      lagMs: 0,
      queuedOperations: 0,
      queuedBytes: 0,
      shippedOperations: 1000,
      heldBytes: 0,
      dirtyKeys: 0,
      dirtyClasses: 0,
      tier: 'log',
      gaps: 0,
      failures: 0,
      tailLosses: 0,
    };
    const cursor = (await regions.eastClient.xrevrange(stream, '+', '-', 'COUNT', 1))[0]?.[0];
    await expect
      .poll(() => shipper.status())
      .toEqual([
        {
          to: 'west',
          ...state,
          standbyShards: 0,
          shards: [{ shard: 0, ...state, cursor, window: expect.any(Number) }],
        },
      ]);
    expect(shipper.monitorError()).toBeUndefined();
    expect(regions.receiver.stats().receivedOperations).toBe(1000);
  });

  it('begins where the receiver stands, whoever shipped before', async () => {
    await using regions = await startTwoRegions();
    await regions.write(100);
    const first = regions.ship();
    await regions.converge();
    await first.close();
    await regions.write(100);
    const second = regions.ship();
    await regions.converge();
    await expect.poll(() => second.status()[0]).toMatchObject({ shippedOperations: 100, gaps: 0 });
  });

  it('trims what the receiver confirmed, but for the last entry', async () => {
    await using regions = await startTwoRegions();
    await regions.write(200);
    await expect.poll(() => regions.eastClient.xlen(stream)).toBe(20);
    regions.ship();
    await regions.converge();
    await expect.poll(() => regions.eastClient.xlen(stream)).toBe(1);
    await regions.write(1);
    await regions.converge();
  });

  it('trims nothing while one receiver was never heard of, and reports what waits for it', async () => {
    await using regions = await startTwoRegions();
    await regions.write(200);
    const client = regions.eastClient;
    const tuning = { shards: 1, monitorIntervalMs: 20, retry: { minMs: 10, maxMs: 20 } };
    const west = createHttpTransport({ url: regions.server.url });
    const links = [
      { to: 'north', transport: unreachable },
      { to: 'west', transport: west },
    ];
    await using shipper = createShipper({ client, region: 'east', links, ...tuning });
    shipper.start();
    await regions.converge();
    await expect.poll(() => shipper.status().map((link) => link.queuedOperations)).toEqual([200, 0]);
    const [status] = shipper.status();
    expect(status).toMatchObject({ connected: false, shippedOperations: 0, lastError: { message: 'no route' } });
    expect(status?.lagMs).toBeGreaterThan(0);
    expect(status?.shards[0]).not.toHaveProperty('cursor');
    await regions.write(1);
    await expect.poll(() => shipper.status().map((link) => link.queuedOperations)).toEqual([201, 0]);
    await expect(client.xlen(stream)).resolves.toBe(21);
    await west.close();
  });

  it('reports the age of the oldest entry that is not confirmed', async () => {
    await using regions = await startTwoRegions();
    regions.server.intercept = () => Promise.reject(new Error('not yet'));
    const shipper = regions.ship({ clock: { ...systemClock, now: () => 5_000_000 } });
    await regions.eastClient.xadd(stream, '4999000-0', 'b', 'x', 'n', '0');
    await expect.poll(() => shipper.status()[0]?.lagMs).toBe(1000);
  });

  it('ships one operation larger than a batch may be', async () => {
    await using regions = await startTwoRegions();
    regions.ship({ maxBatchBytes: 1000 });
    await regions.journal.append(set('large', 'x'.repeat(300_000)));
    await expect.poll(() => regions.applier.state.get('large')?.length).toBe(300_000);
  });

  it('counts nothing of what is only retained, before and after it has heard of the receiver', async () => {
    await using regions = await startTwoRegions();
    await regions.write(50);
    const first = regions.ship({ retainBytes: 1_000_000 });
    await regions.converge();
    const { meta } = journalKeys('east', 0);
    await expect
      .poll(() => regions.eastClient.hmget(meta, 'floor', 'bytes'))
      .toSatisfy(([floor, bytes]) => floor === bytes);
    await first.close();
    await expect(regions.eastClient.xlen(stream)).resolves.toBeGreaterThan(3);
    const second = regions.ship({ retainBytes: 1_000_000, address: '127.0.0.1:9' });
    await expect.poll(() => second.status()[0]!.failures).toBeGreaterThan(1);
    expect(second.status()[0]).toMatchObject({ lagMs: 0, queuedOperations: 0, heldBytes: 0 });
  });

  it('measures the lag with markers, one at a time, and while one is late its age', async () => {
    await using regions = await startTwoRegions({ shards: 2 });
    const { port } = regions.server;
    await using proxy = await startFaultProxy({ to: `127.0.0.1:${port}` });
    proxy.delay({ upMs: 60, downMs: 60 });
    const shipper = regions.ship({ markerIntervalMs: 50, address: `127.0.0.1:${proxy.port}` });
    const measured = (): number => shipper.status()[0]?.measuredLagMs ?? 0;
    await expect.poll(measured).toBeGreaterThanOrEqual(119);
    const samples: number[] = [];
    await expect.poll(() => samples.push(measured())).toBeGreaterThan(10);
    expect(Math.min(...samples)).toBeGreaterThanOrEqual(119);
    proxy.halfOpen();
    const total = (): number => shipper.status()[0]!.queuedOperations;
    await expect.poll(measured).toBeGreaterThan(600);
    expect(total()).toBeLessThanOrEqual(2);
    await proxy.heal();
    await expect.poll(measured).toBeLessThan(600);
    expect([...regions.applier.state]).toEqual([]);
  });

  it('stops at once while it waits, and can be closed before it is started', async () => {
    await using regions = await startTwoRegions();
    const shipper = regions.ship({ blockMs: 60_000 });
    await expect.poll(() => shipper.status()[0]?.connected).toBe(true);
    await Promise.all([shipper.close(), shipper.close()]);
    expect(() => shipper.start()).toThrow(expect.objectContaining({ code: 'ERR_REPLICATION_CLOSED' }));
    const links = [{ to: 'west', transport: unreachable }];
    await createShipper({ client: regions.eastClient, region: 'east', links }).close();
  });

  it.each([
    [{ links: [{ to: 'east', transport: unreachable }] }, /links\[\].to must be another region each, got east/],
    [{ links: [{ to: 'a b', transport: unreachable }] }, /links\[\].to must be 1 to 64/],
    [
      {
        links: [
          { to: 'west', transport: unreachable },
          { to: 'west', transport: unreachable },
        ],
      },
      /another region each, got west/,
    ],
    [{ shards: 0 }, /shards must be 1 to 65536, got 0/],
    [{ maxWindow: 0 }, /maxWindow/],
    [
      { links: [{ to: 'west', transport: unreachable, maxBytesPerSecond: 0 }] },
      /links\[\].maxBytesPerSecond must be a positive whole number, got 0/,
    ],
    [{ maxBatchOperations: 0 }, /maxBatchOperations must be a positive whole number, got 0/],
    [{ retry: { minMs: 100, maxMs: 50 } }, /maxMs must be at least minMs/],
  ])('refuses options that make no sense (%#)', (options, message) => {
    const fail = (): never => expect.fail('nothing connects here');
    const client = { call: fail, callBuffer: fail, duplicate: fail };
    const base = { client, region: 'east', links: [{ to: 'west', transport: unreachable }] };
    expect(() => createShipper({ ...base, ...options })).toThrow(message);
  });
});
