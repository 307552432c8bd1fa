import type { BenchCase } from './harness/bench-case.ts';
import type { Report } from './harness/report-bench.ts';

/**
 * Every bench there is, in the order in which they run. Each is loaded when it is asked for: a client that extends
 * String, as ioredis does, slows down whoever reads strings character by character in the same process.
 */
export const benches: Readonly<Record<string, () => Promise<readonly BenchCase[]>>> = {
  cache: async () => (await import('./cache/cache-bench.ts')).cacheCases,
  hashring: async () => (await import('./hashring/hashring-bench.ts')).hashringCases,
  invalidation: async () => (await import('./invalidation/invalidation-bench.ts')).invalidationCases,
  lock: async () => (await import('./lock/lock-bench.ts')).lockCases,
  memcache: async () => (await import('./memcache/memcache-bench.ts')).memcacheCases,
  'proxy-http': async () => (await import('./proxy-http/proxy-http-bench.ts')).proxyHttpCases,
  'proxy-memcache': async () => (await import('./proxy-memcache/proxy-memcache-bench.ts')).proxyMemcacheCases,
  refresh: async () => (await import('./refresh/refresh-bench.ts')).refreshCases,
  replication: async () => (await import('./replication/replication-bench.ts')).replicationCases,
};

/** The cases of one bench; none where there is no such bench. */
export async function loadCases(bench: string): Promise<readonly BenchCase[]> {
  return (await benches[bench]?.()) ?? [];
}

/** The benches that count instead of comparing speeds. They run after the others; a name may be one of both. */
export const reports: Readonly<Record<string, () => Promise<Report>>> = {
  'cache-faults': async () => (await import('./cache-faults/fault-bench.ts')).faultBench,
  lock: async () => (await import('./lock/lock-report.ts')).lockReport,
  refresh: async () => (await import('./refresh/stampede-report.ts')).stampedeReport,
  replication: async () => (await import('./replication/replication-report.ts')).replicationReport,
  'lock-faults': async () => (await import('./lock-faults/lock-fault-bench.ts')).lockFaultBench,
};
