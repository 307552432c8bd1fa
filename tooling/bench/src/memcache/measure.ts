import { sleep } from '@lockstep/core';

import type { Contestant } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import type { BenchClient, ClientKind } from './bench-client.ts';
import {
  expectLength,
  keyAt,
  keys,
  keySets,
  keysPerCall,
  largeBytes,
  largeKeys,
  valueOf,
  type Work,
} from './workload.ts';

/** How many callers read a small value, then pause, and so on: their rate does not depend on their latency. */
const smallCallers = 4;
const pauseMs = 5;
const smallBytes = 100;

/** Operations per second; for `getMany`, keys per second. */
export function throughputOf(kind: ClientKind, work: Work): Contestant {
  return contestant(kind, work.valueBytes, async (client, durationMs) => {
    const calls = await closedLoop(work.concurrency, durationMs, callOf(client, work));
    return work.verb === 'getMany' ? calls * keysPerCall : calls;
  });
}

/** Microseconds of this process's processor time per call. */
export function cpuOf(kind: ClientKind, work: Work): Contestant {
  return contestant(kind, work.valueBytes, (client, durationMs) =>
    cpuPerCall(() => closedLoop(work.concurrency, durationMs, callOf(client, work))),
  );
}

/** Microseconds of processor time per call that `run` takes, which answers with calls per second. */
export async function cpuPerCall(run: () => Promise<number>): Promise<number> {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  const perSecond = await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ((perSecond * (performance.now() - startedAt)) / 1000);
}

/** Milliseconds within which that share of the reads of 100 B ends, while values of 1 MB are written and read, one at a time. */
export function mixedLatencyOf(kind: ClientKind, share: number): Contestant {
  return contestant(kind, smallBytes, async (client, durationMs) => {
    const latencies: number[] = [];
    const large = valueOf(largeBytes);
    await Promise.all([
      closedLoop(smallCallers, durationMs, async (index) => {
        const startedAt = performance.now();
        expectLength(await client.get(keyAt(index)), smallBytes);
        latencies.push(performance.now() - startedAt);
        await sleep(pauseMs);
      }),
      closedLoop(1, durationMs, async (index) => {
        const key = largeKeys[index % largeKeys.length]!;
        await client.set(key, large);
        expectLength(await client.get(key), largeBytes);
      }),
    ]);
    latencies.sort((a, b) => a - b);
    return latencies[Math.floor((latencies.length - 1) * share)]!;
  });
}

function contestant(
  kind: ClientKind,
  valueBytes: number,
  run: (client: BenchClient, durationMs: number) => Promise<number>,
): Contestant {
  return {
    name: kind.name,
    async open(params) {
      const client = kind.open(params);
      const value = valueOf(valueBytes);
      for (const key of keys) await client.set(key, value);
      return {
        run: (durationMs) => run(client, durationMs),
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    },
  };
}

function callOf(client: BenchClient, { verb, valueBytes }: Work): (index: number) => Promise<void> {
  const value = valueOf(valueBytes);
  const calls: Readonly<Record<Work['verb'], (index: number) => Promise<void>>> = {
    get: async (index) => expectLength(await client.get(keyAt(index)), valueBytes),
    set: (index) => client.set(keyAt(index), value),
    async getMany(index) {
      const values = await client.getMany(keySets[index % keySets.length]!);
      for (const one of values) expectLength(one, valueBytes);
    },
  };
  return calls[verb];
}
