import { startMemcached } from '@lockstep/testing';

import type { BenchCase, Surroundings } from '../harness/bench-case.ts';
import { memjsClient } from './memjs-client.ts';
import { metaDriver } from './meta-driver.ts';
import { type Verb, verbs } from './workload.ts';

async function prepare(): Promise<Surroundings> {
  const server = await startMemcached({ memoryMb: 64, threads: 1 });
  return {
    params: { host: server.host, port: String(server.port) },
    pids: [server.pid],
    [Symbol.asyncDispose]: () => server.close(),
  };
}

function caseOf(verb: Verb, concurrency: number): BenchCase {
  return {
    bench: 'memcache',
    case: `${verb} 100 B, ${concurrency} at a time`,
    unit: 'ops/s',
    higherIsBetter: true,
    prepare,
    subject: metaDriver(verb, concurrency),
    peers: [memjsClient(verb, concurrency)],
  };
}

/** One memcached, values of 100 bytes: the meta driver against memjs. */
export const memcacheCases: readonly BenchCase[] = verbs.flatMap((verb) => [caseOf(verb, 1), caseOf(verb, 64)]);
