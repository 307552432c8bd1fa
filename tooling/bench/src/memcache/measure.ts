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
    const calls = await callAgainAndAgain(client, work, durationMs);
    return work.verb === 'getMany' ? calls * keysPerCall : calls;
  });
}

/** Microseconds of this process's processor time per call. */
export function cpuOf(kind: ClientKind, work: Work): Contestant {
  return contestant(kind, work.valueBytes, (client, durationMs) =>
    cpuPerCall(() => callAgainAndAgain(client, work, durationMs)),
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
        expectLength(client.lengthOf(await client.get(keyAt(index))), smallBytes);
        latencies.push(performance.now() - startedAt);
        await sleep(pauseMs);
      }),
      closedLoop(1, durationMs, async (index) => {
        const key = largeKeys[index % largeKeys.length]!;
        await client.set(key, large);
        expectLength(client.lengthOf(await client.get(key)), largeBytes);
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

/** Calls per second. */
function callAgainAndAgain(client: BenchClient, work: Work, durationMs: number): Promise<number> {
  const { verb, valueBytes, concurrency } = work;
  const value = valueOf(valueBytes);
  if (verb === 'set') {
    const expectStored = (answer: unknown): void => {
      if (!client.isStored(answer)) throw new Error('a value was not stored');
    };
    return closedLoop(concurrency, durationMs, (index) => client.set(keyAt(index), value), expectStored);
  }
  if (verb === 'get') {
    const expectFound = (answer: unknown): void => expectLength(client.lengthOf(answer), valueBytes);
    return closedLoop(concurrency, durationMs, (index) => client.get(keyAt(index)), expectFound);
  }
  const keySetAt = (index: number): readonly string[] => keySets[index % keySets.length]!;
  const expectAll = (answer: unknown, index: number): void => {
    for (const length of client.lengthsOf(answer, keySetAt(index))) expectLength(length, valueBytes);
  };
  return closedLoop(concurrency, durationMs, (index) => client.getMany(keySetAt(index)), expectAll);
}
