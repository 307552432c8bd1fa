import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createJournal } from '@lockstep/replication';
import { startFaultProxy } from '@lockstep/testing';
import { Redis } from 'ioredis';

import { requireParam } from '../harness/bench-case.ts';
import { findFreePort } from '../harness/free-port.ts';
import { startApp, writeTopology } from './apps.ts';
import { startRegions } from './surroundings.ts';
import { operationAt } from './workload.ts';

const writesPerTurn = 40;
const turnMs = 20;
const beforeMs = 4000;
const sampleMs = 200;

/** What was seen of one process, in megabytes of resident memory. */
export interface MemorySamples {
  readonly name: string;
  readonly before: readonly number[];
  readonly during: readonly number[];
}

/** How long, and how to wait. */
export interface PartitionPlan {
  readonly seconds: number;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Runs `lockstep-shipper` and `lockstep-receiver` under a steady load, and cuts them off from each other. */
export async function measurePartition({
  seconds,
  pause,
}: PartitionPlan): Promise<{ readonly samples: readonly MemorySamples[]; readonly writes: number }> {
  await using regions = await startRegions();
  const receiverPort = await findFreePort();
  await using wire = await startFaultProxy({ to: `127.0.0.1:${receiverPort}` });
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-partition-'));
  const redis = new Redis(requireParam(regions.params, 'eastRedis'));
  const journal = createJournal({ client: redis, region: 'east', timeoutMs: 30_000 });
  const stop = new AbortController();
  let writes = 0;
  try {
    const shipperPort = await findFreePort();
    const config = join(directory, 'topology.yaml');
    await writeTopology(config, regions.params, { shipperPort, receiverPort, receiverUrl: `http://${wire.address}` });
    await using receiver = await startApp('receiver', { config, region: 'west', port: receiverPort });
    await using shipper = await startApp('shipper', { config, region: 'east', port: shipperPort });
    const writing = (async () => {
      while (!stop.signal.aborted) {
        const operations = Array.from({ length: writesPerTurn }, (_, at) => operationAt(writes + at));
        writes += writesPerTurn;
        await Promise.all(operations.map((operation) => journal.append(operation)));
        await pause(turnMs);
      }
    })();
    const sample = async (ms: number): Promise<number[][]> => {
      const seen: number[][] = [[], []];
      const endsAt = performance.now() + ms;
      while (performance.now() < endsAt) {
        for (const [at, { pid }] of [shipper, receiver].entries()) seen[at]!.push(await residentMegabytes(pid));
        await pause(sampleMs);
      }
      return seen;
    };
    try {
      const before = await sample(beforeMs);
      const writtenBefore = writes;
      await wire.refuse();
      wire.cut();
      const during = await sample(1000 * seconds);
      const written = writes - writtenBefore;
      const samples = ['shipper', 'receiver'].map((name, at) => ({ name, before: before[at]!, during: during[at]! }));
      return { samples, writes: written };
    } finally {
      stop.abort();
      await writing;
    }
  } finally {
    await journal.close();
    redis.disconnect();
    await rm(directory, { recursive: true, force: true });
  }
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
