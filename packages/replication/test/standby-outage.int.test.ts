import { setTimeout as pause } from 'node:timers/promises';

import type { RedisClient, RedisConnection } from '@lockstep/core';
import { describe, expect, it } from 'vitest';

import { journalKeys } from '../src/journal/journal-keys.ts';
import type { Shipper } from '../src/shipper/shipper.ts';
import { startTwoRegions, type TwoRegions } from './two-regions.ts';

/** Nothing fails in the receiver by itself, however busy the machine is. */
const start = (): Promise<TwoRegions> => startTwoRegions({ receiverTimeoutMs: 10_000 });
const LEASE = '{lockstep:journal:east:0}:shipper:west';
const isStandby = (shipper: Shipper): boolean => shipper.status()[0]!.standbyShards === 1;

/** East's client, on whose connections reads of the journal go as they are told. */
function readingClient({ eastClient }: TwoRegions, read: () => Promise<never>): RedisClient {
  return {
    call: eastClient.call.bind(eastClient),
    callBuffer: eastClient.callBuffer.bind(eastClient),
    duplicate() {
      const connection: RedisConnection = eastClient.duplicate();
      const callBuffer = connection.callBuffer.bind(connection);
      const isRead = (args: readonly unknown[]): boolean => args.some((arg) => String(arg).endsWith(':stream'));
      connection.callBuffer = (command, ...args) => (isRead(args) ? read() : callBuffer(command, ...args));
      return connection;
    },
  };
}

describe('two shippers of a region', { timeout: 120_000 }, () => {
  it.each<[string, (regions: TwoRegions) => void]>([
    ['is away', ({ server }) => (server.intercept = () => Promise.reject(new Error('away')))],
    [
      'takes no batches',
      ({ server }) => {
        let bytes = 0;
        server.intercept = (handle) => {
          const hasBody = server.bodyBytes > bytes;
          bytes = server.bodyBytes;
          return hasBody ? Promise.reject(new Error('full')) : handle();
        };
      },
    ],
  ])('measure how long a receiver %s, and leave few markers meanwhile', async (_, cut) => {
    await using regions = await start();
    const options = { leaseMs: 200, markerIntervalMs: 50, timeoutMs: 20_000 };
    const shippers = [regions.ship(options), regions.ship(options)];
    const measuredMs = (): number => Math.max(...shippers.map((shipper) => shipper.status()[0]!.measuredLagMs ?? 0));
    await expect.poll(() => shippers.filter(isStandby)).toHaveLength(1);
    await expect.poll(measuredMs).toBeGreaterThan(0);
    cut(regions);
    const { stream } = journalKeys('east', 0);
    const before = await regions.eastClient.xlen(stream);
    await expect.poll(measuredMs, { timeout: 30_000 }).toBeGreaterThan(20 * options.leaseMs);
    // One of each shipper, and one that was on its way.
    expect((await regions.eastClient.xlen(stream)) - before).toBeLessThanOrEqual(3);
  });

  it('hold no lease while a receiver is away, and share the link again when it is back', async () => {
    await using regions = await start();
    const shippers = [0, 1].map(() => regions.ship({ leaseMs: 200, timeoutMs: 20_000 }));
    await expect.poll(() => shippers.filter(isStandby)).toHaveLength(1);
    regions.server.intercept = () => Promise.reject(new Error('away'));
    await regions.write(100);
    // Looks in a row that found none, over several leases.
    let without = 0;
    const look = async (): Promise<number> =>
      (without = (await regions.eastClient.exists(LEASE)) === 0 ? without + 1 : 0);
    await expect.poll(look, { interval: 50, timeout: 20_000 }).toBeGreaterThan(30);
    expect(shippers.filter(isStandby)).toHaveLength(0);
    regions.server.intercept = (handle) => handle();
    await regions.converge();
    await expect.poll(() => shippers.filter(isStandby)).toHaveLength(1);
  });

  it('leave a link to the other when they cannot read the journal, and show no error then', async () => {
    await using regions = await start();
    const client = readingClient(regions, () => Promise.reject(new Error('too many clients')));
    const deaf = regions.ship({ leaseMs: 300, client });
    await regions.write(100);
    await expect.poll(() => deaf.status()[0]!.lastError).toBeDefined();
    await expect.poll(() => regions.eastClient.exists(LEASE)).toBe(1);
    regions.ship({ leaseMs: 300 });
    await regions.converge();
    await expect.poll(() => isStandby(deaf), { timeout: 30_000 }).toBe(true);
    await expect.poll(() => deaf.status()[0]!.lastError).toBeUndefined();
    expect(regions.receiver.stats().receivedOperations).toBe(regions.written);
    expect(regions.applier.backwardSteps()).toBe(0);
  });
});

it('does not show that a read failed which was under way when it came to stand by', { timeout: 120_000 }, async () => {
  await using regions = await start();
  let fail: (error: Error) => void = () => {};
  let reads = 0;
  const reading = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const client = readingClient(regions, () => {
    reads += 1;
    return reading;
  });
  const shipper = regions.ship({ leaseMs: 300, client, timeoutMs: 60_000 });
  await expect.poll(() => reads).toBe(1);
  for (let count = 0; !isStandby(shipper); count += 1)
    await regions.eastClient.set(LEASE, `other ${count} 0 0 0 -`, 'PX', 60_000);
  fail(new Error('too many clients'));
  await pause(100);
  expect(shipper.status()[0]).toMatchObject({ standbyShards: 1, failures: 0 });
  expect(shipper.status()[0]).not.toHaveProperty('lastError');
});
