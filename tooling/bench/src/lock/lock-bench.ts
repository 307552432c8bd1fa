import { startRedis } from '@lockstep/testing';

import { type BenchCase, type Contestant, requireParam, type Surroundings } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { processorMicroseconds } from '../harness/processor-time.ts';
import type { LockPeer } from './peers/lock-peer.ts';
import { lockPeers } from './peers/lock-peers.ts';

const ttlMs = 10_000;
/** More than are taken at a time, so that nobody ever waits. */
const keys = Array.from({ length: 1024 }, (_, index) => `bench:${index}`);

async function prepare(): Promise<Surroundings> {
  const server = await startRedis();
  return {
    params: { redisUrl: server.url, redisPid: String(server.pid) },
    pids: [server.pid],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

type Measure = 'throughput' | 'processor time';

function contestantOf(peer: LockPeer, concurrency: number, measure: Measure): Contestant {
  return {
    name: peer.name,
    async open(params) {
      const locks = await peer.open({ redisUrl: requireParam(params, 'redisUrl'), ttlMs });
      const pids = [process.pid, Number(requireParam(params, 'redisPid'))];
      const cycle = async (index: number): Promise<void> => {
        const release = await locks.acquire(keys[index % keys.length]!);
        await release();
      };
      const run = (durationMs: number): Promise<number> => closedLoop(concurrency, durationMs, cycle);
      return {
        run: measure === 'throughput' ? run : (durationMs) => processorTimeOf(pids, () => run(durationMs)),
        [Symbol.asyncDispose]: () => locks.close(),
      };
    },
  };
}

/** Microseconds of processor time per cycle, of all these processes together. */
async function processorTimeOf(pids: readonly number[], run: () => Promise<number>): Promise<number> {
  const used = async (): Promise<number> =>
    (await Promise.all(pids.map(processorMicroseconds))).reduce((a, b) => a + b);
  const [before, startedAt] = [await used(), performance.now()];
  const cyclesPerSecond = await run();
  const cycles = (cyclesPerSecond * (performance.now() - startedAt)) / 1000;
  return ((await used()) - before) / cycles;
}

function uncontended(concurrency: number, measure: Measure = 'throughput'): BenchCase {
  const [subject, ...peers] = lockPeers.map((peer) => contestantOf(peer, concurrency, measure));
  const isSpeed = measure === 'throughput';
  return {
    bench: 'lock',
    case: `${isSpeed ? '' : 'processor time, client and Redis: '}acquire and release of a free lock, ${concurrency} at a time`,
    unit: isSpeed ? 'cycles/s' : 'µs/cycle',
    higherIsBetter: isSpeed,
    prepare,
    subject: subject!,
    peers,
  };
}

/** A lock that nobody else wants, one Redis: what the queue, the token and the lease cost. */
export const lockCases: readonly BenchCase[] = [uncontended(1), uncontended(64), uncontended(64, 'processor time')];
