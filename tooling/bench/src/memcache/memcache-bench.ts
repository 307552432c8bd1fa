import { startFaultProxy, startMemcached } from '@lockstep/testing';

import type { BenchCase, Contestant, Surroundings } from '../harness/bench-case.ts';
import { barePromises } from './bare-promises.ts';
import { bareSocket } from './bare-socket.ts';
import type { ClientKind } from './bench-client.ts';
import { electrodeClient } from './electrode-client.ts';
import { lockstepClient } from './lockstep-client.ts';
import { cpuOf, mixedLatencyOf, throughputOf } from './measure.ts';
import { memcachedClient } from './memcached-client.ts';
import { memjsClient } from './memjs-client.ts';
import type { Work } from './workload.ts';

const everybody: readonly ClientKind[] = [memjsClient, memcachedClient, electrodeClient];

async function prepare(): Promise<Surroundings> {
  const server = await startMemcached({ memoryMb: 256, threads: 1 });
  return {
    params: { host: server.host, port: String(server.port) },
    pids: [server.pid],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

/** 100 Mbit/s: where a value of 1 MB takes 80 ms, it shows who waits behind it. */
const linkBytesPerSecond = 12_500_000;

async function prepareSlowLink(): Promise<Surroundings> {
  const server = await startMemcached({ memoryMb: 256, threads: 1 });
  const link = await startFaultProxy({ to: server });
  link.throttle({ bytesPerSecond: linkBytesPerSecond });
  return {
    params: { host: link.host, port: String(link.port) },
    pids: [server.pid],
    async [Symbol.asyncDispose]() {
      await link.close();
      await server.close();
    },
  };
}

const common = { bench: 'memcache', prepare };

function describeWork({ verb, valueBytes, concurrency }: Work): string {
  const what = verb === 'getMany' ? 'getMany of 100' : verb;
  return `${what} × ${valueBytes === 4096 ? '4 KiB' : `${valueBytes} B`}, ${concurrency} at a time`;
}

/** Where batches are full, what a promise for each call costs decides how near to the socket a client can come. */
function floorOf(work: Work): ClientKind[] {
  return work.verb !== 'getMany' && work.concurrency === 64 ? [barePromises(work)] : [];
}

function throughput(work: Work, peers: readonly ClientKind[]): BenchCase {
  return {
    ...common,
    case: describeWork(work),
    unit: work.verb === 'getMany' ? 'keys/s' : 'ops/s',
    higherIsBetter: true,
    subject: throughputOf(lockstepClient, work),
    peers: [...[...peers, ...floorOf(work)].map((kind) => throughputOf(kind, work)), bareSocket(work, 'throughput')],
  };
}

function cpu(work: Work): BenchCase {
  return {
    ...common,
    case: `processor time: ${describeWork(work)}`,
    unit: 'µs/call',
    higherIsBetter: false,
    subject: cpuOf(lockstepClient, work),
    peers: [...[memjsClient, ...floorOf(work)].map((kind) => cpuOf(kind, work)), bareSocket(work, 'cpu')],
  };
}

function mixedLatency(name: string, share: number): BenchCase {
  const of = (kind: ClientKind): Contestant => mixedLatencyOf(kind, share);
  return {
    bench: 'memcache',
    prepare: prepareSlowLink,
    case: `${name} of get × 100 B beside 1 MB, over 100 Mbit/s`,
    unit: 'ms',
    higherIsBetter: false,
    subject: of(lockstepClient),
    // memcached (npm) answers small reads as misses while it is busy with large values: nothing to measure.
    peers: [memjsClient, electrodeClient].map(of),
  };
}

/** One memcached on one thread: the meta driver against other clients, and against a bare socket. */
export const memcacheCases: readonly BenchCase[] = [
  throughput({ verb: 'get', valueBytes: 100, concurrency: 1 }, everybody),
  throughput({ verb: 'get', valueBytes: 100, concurrency: 64 }, everybody),
  throughput({ verb: 'get', valueBytes: 100, concurrency: 512 }, [memjsClient]),
  throughput({ verb: 'set', valueBytes: 100, concurrency: 1 }, everybody),
  throughput({ verb: 'set', valueBytes: 100, concurrency: 64 }, everybody),
  throughput({ verb: 'set', valueBytes: 100, concurrency: 512 }, [memjsClient]),
  throughput({ verb: 'get', valueBytes: 4096, concurrency: 64 }, everybody),
  throughput({ verb: 'set', valueBytes: 4096, concurrency: 64 }, everybody),
  throughput({ verb: 'getMany', valueBytes: 100, concurrency: 1 }, everybody),
  throughput({ verb: 'getMany', valueBytes: 100, concurrency: 16 }, everybody),
  cpu({ verb: 'get', valueBytes: 100, concurrency: 64 }),
  cpu({ verb: 'set', valueBytes: 100, concurrency: 64 }),
  cpu({ verb: 'get', valueBytes: 4096, concurrency: 64 }),
  cpu({ verb: 'getMany', valueBytes: 100, concurrency: 16 }),
  mixedLatency('median', 0.5),
  mixedLatency('99th percentile', 0.99),
];
