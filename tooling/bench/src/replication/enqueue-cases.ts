import { Redis } from 'ioredis';

import { type BenchCase, type Contestant, requireParam } from '../harness/bench-case.ts';
import { type EnqueueDesign, enqueuedAtOnce, type Enqueuer } from './enqueue.ts';
import { bullmqEnqueue, lockstepEnqueue, originEnqueue, originEnqueueAsItRan } from './enqueue-designs.ts';
import { startOneRedis } from './surroundings.ts';
import { operationAt, setOf148Bytes } from './workload.ts';

/** How many are queued to see what one takes: enough for the fixed costs to vanish. */
const queuedForMemory = 20_000;

/** What a turn of measuring gives: how much was enqueued, in how long, with how much of the processor. */
interface EnqueueCost {
  readonly opsPerSecond: number;
  readonly cpuMicrosPerOp: number;
}

async function measureCost(enqueuer: Enqueuer, durationMs: number): Promise<EnqueueCost> {
  let enqueued = 0;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  while (performance.now() < startedAt + durationMs) {
    const from = enqueued;
    await enqueuer.enqueue(Array.from({ length: enqueuedAtOnce }, (_, at) => operationAt(from + at)));
    enqueued += enqueuedAtOnce;
  }
  const cpu = process.cpuUsage(cpuBefore);
  return {
    opsPerSecond: (enqueued * 1000) / (performance.now() - startedAt),
    cpuMicrosPerOp: (cpu.user + cpu.system) / enqueued,
  };
}

/** Bytes that Redis takes more for each operation. */
async function measureMemory(enqueuer: Enqueuer, redis: Redis): Promise<number> {
  await enqueuer.enqueue([setOf148Bytes(0)]);
  const before = await usedMemory(redis);
  for (let at = 0; at < queuedForMemory; at += enqueuedAtOnce) {
    const operations = Array.from({ length: enqueuedAtOnce }, (_, index) => setOf148Bytes(at + index));
    await enqueuer.enqueue(operations);
  }
  return ((await usedMemory(redis)) - before) / queuedForMemory;
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/^used_memory_dataset:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

function contestant(
  design: EnqueueDesign,
  measure: (enqueuer: Enqueuer, redis: Redis, durationMs: number) => Promise<number>,
): Contestant {
  return {
    name: design.name,
    // oxlint-disable-next-line require-await -- each run opens what it measures
    async open(params) {
      const redis = new Redis(requireParam(params, 'eastRedis'));
      let openings = 0;
      return {
        async run(durationMs) {
          await redis.flushall();
          await using enqueuer = await design.open(params, (openings += 1));
          await enqueuer.enqueue([operationAt(0)]);
          return await measure(enqueuer, redis, durationMs);
        },
        async [Symbol.asyncDispose]() {
          redis.disconnect();
        },
      };
    },
  };
}

function caseOf(
  name: string,
  unit: string,
  higherIsBetter: boolean,
  measure: (enqueuer: Enqueuer, redis: Redis, durationMs: number) => Promise<number>,
): BenchCase {
  return {
    bench: 'replication',
    case: name,
    unit,
    higherIsBetter,
    prepare: startOneRedis,
    subject: contestant(lockstepEnqueue, measure),
    peers: [originEnqueue, originEnqueueAsItRan, bullmqEnqueue].map((design) => contestant(design, measure)),
  };
}

/** What a write costs where it is made, and what it takes until it is shipped. */
export const enqueueCases: readonly BenchCase[] = [
  caseOf('enqueue, cost', 'µs CPU/op', false, async (enqueuer, _, durationMs) => {
    return (await measureCost(enqueuer, durationMs)).cpuMicrosPerOp;
  }),
  caseOf('enqueue, throughput', 'ops/s', true, async (enqueuer, _, durationMs) => {
    return (await measureCost(enqueuer, durationMs)).opsPerSecond;
  }),
  caseOf('Redis memory of a queued set of 148 B', 'B/op', false, measureMemory),
];
