import { setTimeout as pause } from 'node:timers/promises';

import { closedLoop } from '../harness/closed-loop.ts';
import type { Link } from './link.ts';
import { operationAt } from './workload.ts';

/** As many writes wait for Redis at a time as a busy proxy would have. */
const concurrency = 256;
const drainTimeoutMs = 30_000;

/** What one run of a link costs. */
export interface LinkCost {
  /** From the first write until the last one is applied in the other region. */
  readonly opsPerSecond: number;
  /** Time on the processor of writer, shipper and receiver together. Redis and memcached are not in it. */
  readonly cpuMicrosPerOp: number;
}

/**
 * Writes for `durationMs` and waits until everything has arrived.
 *
 * @throws Error when something has not arrived half a minute later.
 */
export async function measureLink(link: Link, durationMs: number): Promise<LinkCost> {
  const arrivedBefore = link.arrived();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let written = 0;
  await closedLoop(concurrency, durationMs, async (index) => {
    await link.write(operationAt(index));
    written += 1;
  });
  const deadline = performance.now() + drainTimeoutMs;
  while (link.arrived() - arrivedBefore < written) {
    if (performance.now() > deadline) {
      throw new Error(`${link.arrived() - arrivedBefore} of ${written} operations arrived`);
    }
    await pause(1);
  }
  const cpu = process.cpuUsage(cpuBefore);
  return {
    opsPerSecond: (written * 1000) / (performance.now() - startedAt),
    cpuMicrosPerOp: (cpu.user + cpu.system) / written,
  };
}
