import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { createJournal } from '@lockstep/replication';
import { startFaultProxy } from '@lockstep/testing';
import { Redis } from 'ioredis';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import { startApp, type TopologyPlan, writeTopology } from './apps.ts';
import { startRegions } from './surroundings.ts';
import { spreadOperationAt } from './workload.ts';

/** What is carried, and how far. */
export interface SaturationPlan extends Pick<TopologyPlan, 'compression' | 'secondDeleteMs'> {
  /** Writes that wait when the shipper is started. */
  readonly operations: number;
  /** Between shipper and receiver; 0 for the loopback interface as it is. */
  readonly roundTripMs: number;
}

/** What it took to carry one operation, in microseconds of processor time. */
export interface SaturationCost {
  readonly opsPerSecond: number;
  /** The process that wrote, before anything was carried. */
  readonly writerMicros: number;
  readonly shipperMicros: number;
  readonly receiverMicros: number;
  /** Two of Redis and three of memcached. */
  readonly serverMicros: number;
}

const writesAtOnce = 2000;
/** The part that counts: before it code is cold, after it the shards run dry one after the other. */
const [from, to] = [0.3, 0.95];
const pollMs = 20;
const patienceMs = 120_000;

/**
 * How fast `lockstep-shipper` and `lockstep-receiver` carry what waits already, each a process on whatever core is
 * free, as are the servers. @throws Error when it has not arrived after two minutes.
 */
export async function measureSaturation(plan: SaturationPlan): Promise<SaturationCost> {
  const { operations, roundTripMs, ...tuning } = plan;
  await using regions = await startRegions();
  const receiverPort = await findFreePort();
  const shipperPort = await findFreePort();
  await using wire = await startFaultProxy({ to: `127.0.0.1:${receiverPort}` });
  wire.delay({ upMs: roundTripMs / 2, downMs: roundTripMs / 2 });
  const receiverUrl = `http://${roundTripMs > 0 ? wire.address : `127.0.0.1:${receiverPort}`}`;
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-saturation-'));
  try {
    const config = join(directory, 'topology.yaml');
    await writeTopology(config, regions.params, { shipperPort, receiverPort, receiverUrl, ...tuning });
    const writerMicros = await fill(requireParam(regions.params, 'eastRedis'), operations);
    await using receiver = await startApp('receiver', { config, region: 'west', port: receiverPort, isFree: true });
    await using shipper = await startApp('shipper', { config, region: 'east', port: shipperPort, isFree: true });
    const look = async (): Promise<Moment> => ({
      at: performance.now(),
      shipped: await shippedOperations(shipperPort),
      micros: await Promise.all([[shipper.pid], [receiver.pid], regions.pids].map(sumOfMicros)),
    });
    const until = async (share: number): Promise<Moment> => {
      const deadline = performance.now() + patienceMs;
      for (;;) {
        const moment = await look();
        if (moment.shipped >= share * operations) return moment;
        if (performance.now() > deadline) throw new Error(`${moment.shipped} of ${operations} operations have arrived`);
        await pause(pollMs);
      }
    };
    const before = await until(from);
    const after = await until(to);
    const carried = after.shipped - before.shipped;
    const [shipperMicros, receiverMicros, serverMicros] = after.micros.map(
      (micros, role) => (micros - before.micros[role]!) / carried,
    ) as [number, number, number];
    const opsPerSecond = (carried * 1000) / (after.at - before.at);
    return { opsPerSecond, writerMicros, shipperMicros, receiverMicros, serverMicros };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Moment {
  readonly at: number;
  readonly shipped: number;
  /** Of shipper, receiver and servers. */
  readonly micros: readonly number[];
}

/** Writes what is to be carried. Gives the processor time for each write. */
async function fill(url: string, operations: number): Promise<number> {
  const redis = new Redis(url);
  // Nothing is carried meanwhile: there is room for all, so that none becomes a delete.
  const room = { maxStreamBytes: 2 ** 33, maxQueueBytes: 2 ** 26, timeoutMs: 30_000 };
  const journal = createJournal({ client: redis, region: 'east', ...room });
  let micros = 0;
  try {
    for (let at = 0; at < operations; at += writesAtOnce) {
      const batch = Array.from({ length: writesAtOnce }, (_, index) => spreadOperationAt(at + index));
      const cpuBefore = process.cpuUsage();
      await Promise.all(batch.map((operation) => journal.append(operation)));
      const { user, system } = process.cpuUsage(cpuBefore);
      if (at >= from * operations) micros += user + system;
    }
    return micros / ((1 - from) * operations);
  } finally {
    await journal.close();
    redis.disconnect();
  }
}

async function sumOfMicros(pids: readonly number[]): Promise<number> {
  const all = await Promise.all(pids.map(processorMicroseconds));
  return all.reduce((sum, micros) => sum + micros, 0);
}

async function shippedOperations(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/links`);
  const [link] = (await response.json()) as { readonly shippedOperations: number }[];
  return link?.shippedOperations ?? 0;
}
