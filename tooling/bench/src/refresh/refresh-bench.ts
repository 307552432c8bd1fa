import { startRedis } from '@lockstep/testing';

import type { BenchCase, Surroundings } from '../harness/bench-case.ts';
import { redisPeers, tieredPeers } from './peers/refresh-peers.ts';
import { bareReads, warmReads } from './warm-reads.ts';

async function prepare(): Promise<Surroundings> {
  const server = await startRedis();
  return {
    params: { redisUrl: server.url },
    pids: [server.pid],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function fromRedis(concurrency: number): BenchCase {
  const [subject, ...peers] = redisPeers;
  return {
    bench: 'refresh',
    case: `read of a warm list in Redis, ${concurrency} at a time`,
    unit: 'reads/s',
    higherIsBetter: true,
    prepare,
    subject: warmReads(subject, concurrency),
    peers: [bareReads(concurrency), ...peers.map((peer) => warmReads(peer, concurrency))],
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
export const refreshCases: readonly BenchCase[] = [fromRedis(1), fromRedis(50), fromMemory()];
