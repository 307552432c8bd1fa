import { setTimeout as pause } from 'node:timers/promises';

import { closedLoop } from '../harness/closed-loop.ts';
import type { Link } from './link.ts';
import { operationAt } from './workload.ts';

/** As many writes wait for Redis at a time as a busy proxy would have. */
const concurrency = 256;
/** A backlog is filled as fast as it goes. */
const backlogConcurrency = 2000;
const drainTimeoutMs = 30_000;

/** What one run of a link costs. */
export interface LinkCost {
  /** From the first write until the last one is applied in the other region. */
  readonly opsPerSecond: number;
  /** Time on the processor of writer, shipper and receiver together. Redis and memcached are not in it. */
  readonly cpuMicrosPerOp: number;
}

/** Writes for `durationMs` and waits until everything has arrived. @throws Error as `untilArrived`. */
export async function measureLink(link: Link, durationMs: number): Promise<LinkCost> {
  const arrivedBefore = link.arrived();
  const stop = startMeter();
  const written = await write(link, { durationMs, concurrency });
  await untilArrived(link, arrivedBefore + written);
  return stop(written);
}

/**
 * Writes for `durationMs` while nothing is shipped, and measures how all of it is carried over then: what is left to
 * do after an outage, and the most that a link can carry. @throws Error as `untilArrived`.
 */
export async function measureBacklog(link: Link, durationMs: number): Promise<LinkCost> {
  await link.pause();
  const arrivedBefore = link.arrived();
  const written = await write(link, { durationMs, concurrency: backlogConcurrency });
  const stop = startMeter();
  link.resume();
  await untilArrived(link, arrivedBefore + written);
  return stop(written);
}

async function write(link: Link, load: { readonly durationMs: number; readonly concurrency: number }): Promise<number> {
  let written = 0;
  await closedLoop(load.concurrency, load.durationMs, async (index) => {
    await link.write(operationAt(index));
    written += 1;
  });
  return written;
}

function startMeter(): (operations: number) => LinkCost {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  return (operations) => {
    const cpu = process.cpuUsage(cpuBefore);
    return {
      opsPerSecond: (operations * 1000) / (performance.now() - startedAt),
      cpuMicrosPerOp: (cpu.user + cpu.system) / operations,
    };
  };
}

/** @throws Error when something has not arrived half a minute later. */
async function untilArrived(link: Link, count: number): Promise<void> {
  const deadline = performance.now() + drainTimeoutMs;
  while (link.arrived() < count) {
    if (performance.now() > deadline) throw new Error(`${count - link.arrived()} operations have not arrived`);
    await pause(1);
  }
}
