import { startRedis } from '@lockstep/testing';

import { type BenchCase, type Contestant, requireParam, type Surroundings } from '../harness/bench-case.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import { redisPeers, tieredPeers } from './peers/refresh-peers.ts';
import { bareReads, warmReads } from './warm-reads.ts';

async function prepare(): Promise<Surroundings> {
  const server = await startRedis();
  return {
    params: { redisUrl: server.url, redisPid: String(server.pid) },
    pids: [server.pid],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

type Measure = 'throughput' | 'processor time';

function fromRedis(concurrency: number, measure: Measure = 'throughput'): BenchCase {
  const [subject, ...peers] = redisPeers;
  const isSpeed = measure === 'throughput';
  const all = [bareReads(concurrency), ...peers.map((peer) => warmReads(peer, concurrency))];
  const counted = (contestant: Contestant): Contestant => (isSpeed ? contestant : inProcessorTime(contestant));
  return {
    bench: 'refresh',
    case: `${isSpeed ? '' : 'processor time, client and Redis: '}read of a warm list in Redis, ${concurrency} at a time`,
    unit: isSpeed ? 'reads/s' : 'µs/read',
    higherIsBetter: isSpeed,
    prepare,
    subject: counted(warmReads(subject, concurrency)),
    peers: all.map(counted),
  };
}

/** What a contestant costs, in place of how fast it is: microseconds of this process and Redis for one of its reads. */
function inProcessorTime(contestant: Contestant): Contestant {
  return {
    name: contestant.name,
    async open(params) {
      const runner = await contestant.open(params);
      const pids = [process.pid, Number(requireParam(params, 'redisPid'))];
      const used = async (): Promise<number> =>
        (await Promise.all(pids.map(processorMicroseconds))).reduce((a, b) => a + b);
      return {
        async run(durationMs) {
          const [before, startedAt] = [await used(), performance.now()];
          const readsPerSecond = await runner.run(durationMs);
          const reads = (readsPerSecond * (performance.now() - startedAt)) / 1000;
          return ((await used()) - before) / reads;
        },
        [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
      };
    },
  };
}

function fromMemory(): BenchCase {
  const [subject, ...peers] = tieredPeers;
  return {
    bench: 'refresh',
    case: 'read of a warm list in the process',
    unit: 'reads/s',
    higherIsBetter: true,
    prepare,
    subject: warmReads(subject, 1),
    peers: peers.map((peer) => warmReads(peer, 1)),
  };
}

/** Reads of what is there. */
export const refreshCases: readonly BenchCase[] = [
  fromRedis(1),
  fromRedis(50),
  fromRedis(1, 'processor time'),
  fromRedis(50, 'processor time'),
  fromMemory(),
];
