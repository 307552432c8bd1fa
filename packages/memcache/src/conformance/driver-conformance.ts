import { batchCases } from './batch-cases.ts';
import type { ConformanceCase } from './conformance-case.ts';
import { leaseCases } from './lease-cases.ts';
import { metaCases } from './meta-cases.ts';
import { serverCases } from './server-cases.ts';
import { storeCases } from './store-cases.ts';
import { valueCases } from './value-cases.ts';

export type { ConformanceCase } from './conformance-case.ts';

/**
 * What a MemcacheDriver does on a real memcached with its default limits (values up to 1 MiB), for any
 * test runner: run each case whose `needs` the driver has, one after another, with a driver that is
 * connected. One of them flushes the server. Each case uses keys of its own.
 */
export const driverConformance: readonly ConformanceCase[] = [
  ...storeCases,
  ...batchCases,
  ...valueCases,
  ...leaseCases,
  ...metaCases,
  ...serverCases,
];
