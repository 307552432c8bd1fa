import { createMetaDriver } from '@lockstep/memcache';

import { type Contestant, type Params, requireParam } from '../harness/bench-case.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import type { FaceKind } from './face-kind.ts';
import { openLoad } from './load.ts';
import { batchScript, readScript } from './load-script.ts';
import { readNodes } from './nodes.ts';
import { keys, keysPerBatch, type Work } from './workload.ts';

/** What is counted: of one by one requests, of batches keys. */
export interface Measure {
  /** `cpu`: microseconds of the face's processor time, for each. */
  readonly of: 'throughput' | 'cpu';
  readonly asking: 'one by one' | 'in batches';
}

/** A face under load. It has the core for contestants to itself. */
export function faceContestant(kind: FaceKind, work: Work, { of, asking }: Measure): Contestant {
  const isBatched = asking === 'in batches';
  const keysPerRequest = isBatched ? keysPerBatch : 1;
  return {
    name: isBatched ? `${kind.name}, batches` : kind.name,
    async open(params) {
      await fill(params, work.valueBytes);
      const server = await kind.start(params);
      try {
        const load = await openLoad({
          port: server.port,
          connections: work.connections,
          script: isBatched ? batchScript : readScript(kind.token),
          leastBytesPerAnswer: work.valueBytes * keysPerRequest,
        });
        return {
          async run(durationMs) {
            const before = await processorMicroseconds(server.pid);
            const { requests, microseconds } = await load.run(durationMs);
            const spent = (await processorMicroseconds(server.pid)) - before;
            const count = requests * keysPerRequest;
            return of === 'cpu' ? spent / count : (count * 1_000_000) / microseconds;
          },
          async [Symbol.asyncDispose]() {
            await load[Symbol.asyncDispose]();
            await server[Symbol.asyncDispose]();
          },
        };
      } catch (error) {
        await server[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

async function fill(params: Params, valueBytes: number): Promise<void> {
  const driver = createMetaDriver(readNodes(requireParam(params, 'nodes'))[0]!);
  try {
    for (const key of keys) await driver.set(key, Buffer.alloc(valueBytes, 'v'));
  } finally {
    await driver.close();
  }
}
