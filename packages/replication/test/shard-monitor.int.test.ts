import { type Clock, systemClock } from '@lockstep/core';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { packMarker } from '../src/block/marker.ts';
import { journalKeys } from '../src/journal/journal-keys.ts';
import { SEAL_JOURNAL } from '../src/lua/seal-journal.ts';
import type { StreamId } from '../src/operation/stream-id.ts';
import { OwnedConnection } from '../src/owned-connection.ts';
import type { Link } from '../src/shipper/link.ts';
import { LinkMeter } from '../src/shipper/link-meter.ts';
import { ShardMonitor } from '../src/shipper/shard-monitor.ts';
import { connectRedis } from './connect-redis.ts';
import { createManualClock } from './manual-clock.ts';

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
  const link = {
    cursor: '5-0',
    confirmed: '5-0',
    answeredAt: 0,
    markedAt: undefined,
    observe: () => {},
    check: () => {},
  };
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

/** The part of a link that a monitor asks, with the meter of a real one. */
class MeteredLink {
  readonly meter: LinkMeter;
  readonly answeredAt = 0;
  cursor: StreamId = '0-0';
  readonly standsBy = false;
  /** The markers that came by. */
  readonly marks: StreamId[] = [];

  constructor(clock: Clock) {
    this.meter = new LinkMeter({ shard: 0, clock });
  }

  get markedAt(): number | undefined {
    return this.meter.markedAt;
  }

  get confirmed(): StreamId {
    return this.cursor;
  }

  get measured(): number | undefined {
    return this.meter.status({ cursor: this.cursor, oldestPending: undefined, window: 1 }).measuredLagMs;
  }

  mark(id: StreamId, at: number): void {
    this.marks.push(id);
    this.meter.mark(id, at);
  }

  observe(): void {}

  check(): void {}

  reach(): void {
    this.cursor = this.marks.at(-1) ?? this.cursor;
    this.meter.reached(this.cursor);
  }
}

it('measures the lag of a link while another one is cut, which shows how long that is', async () => {
  const clock = createManualClock();
  await using connection = new OwnedConnection({ client, clock: systemClock });
  const [near, cut] = [new MeteredLink(clock), new MeteredLink(clock)];
  const keys = journalKeys('measured', 0);
  const monitor = new ShardMonitor({
    keys,
    connection,
    links: [near, cut] as unknown as Link[],
    timeoutMs: 2000,
    settleMs: 1000,
    retainBytes: 0,
    marker: packMarker(0, 1),
    markerIntervalMs: 500,
    clock,
  });
  const round = async (lagMs: number): Promise<number | undefined> => {
    clock.advance(1000 - lagMs);
    await monitor.look();
    clock.advance(lagMs);
    near.reach();
    return near.measured;
  };
  for (const lagMs of [5, 40, 7, 300]) expect(await round(lagMs)).toBe(lagMs);
  expect(cut.measured).toBe(3005);
  expect(near.marks).toHaveLength(4);
  expect(cut.marks).toHaveLength(1);
  // Ten minutes away leave few of them in the stream.
  for (let second = 0; second < 600; second += 1) await round(5);
  expect(cut.measured).toBe(603_005);
  expect(await client.xlen(keys.stream)).toBeLessThan(200);
  expect(near.marks.length).toBeGreaterThan(60);
});
