import type { BenchCase } from './harness/bench-case.ts';
import { hashringCases } from './hashring/hashring-bench.ts';
import { memcacheCases } from './memcache/memcache-bench.ts';
import { replicationCases } from './replication/replication-bench.ts';

/** Every case there is, in the order in which they run. */
export const benchCases: readonly BenchCase[] = [...hashringCases, ...memcacheCases, ...replicationCases];
