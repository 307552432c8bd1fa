import { sleep } from '@lockstep/core';
import { createMetaDriver } from '@lockstep/memcache';

import { type Contestant, type Params, requireParam, type Runner } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { cores, pinProcesses } from '../harness/pinning.ts';
import type { ServerProcess } from '../harness/server-process.ts';
import { readNodes } from './nodes.ts';
import { keys } from './workload.ts';

const valueBytes = 100;
/** Of each sort of keys. They pause between requests, so that their rate does not depend on their latency. */
const callers = 8;
const pauseMs = 2;
const recoveryMs = 20_000;

/** A client of a face, which may have many requests under way that do not wait for each other. */
export interface KeyClient {
  /** The length of the value; undefined where there is none or no answer. */
  read(key: string): Promise<number | undefined>;
  write(key: string, value: Buffer): Promise<void>;
  close(): void;
}

/** Something in front of nodes, and its clients. */
export interface SlowNodeKind {
  readonly name: string;
  start(params: Params): Promise<ServerProcess>;
  connect(port: number): KeyClient;
}

/**
 * Milliseconds within which 99 in 100 reads end whose keys are on the second and third of three nodes, while others read
 * keys of the first one, which is frozen or not.
 */
export function slowNodeContestant(kind: SlowNodeKind, isFrozen: boolean): Contestant {
  return {
    name: isFrozen ? `${kind.name}, one node frozen` : `${kind.name}, no node frozen`,
    async open(params) {
      await pinProcesses(cores.servers, [process.pid]);
      const server = await kind.start(params);
      const client = kind.connect(server.port);
      const close = async (): Promise<void> => {
        client.close();
        await server[Symbol.asyncDispose]();
      };
      try {
        for (const key of keys) await client.write(key, Buffer.alloc(valueBytes, 'v'));
        const ofFirst = await keysOfFirst(params);
        const others = keys.filter((key) => !ofFirst.includes(key));
        const firstPid = Number(requireParam(params, 'nodePids').split(',')[0]);
        const runner: Runner = {
          async run(durationMs) {
            await untilServed(client, ofFirst);
            if (isFrozen) process.kill(firstPid, 'SIGSTOP');
            try {
              return await latencyOf(client, others, ofFirst, durationMs);
            } finally {
              if (isFrozen) process.kill(firstPid, 'SIGCONT');
            }
          },
          [Symbol.asyncDispose]: close,
        };
        return runner;
      } catch (error) {
        await close();
        throw error;
      }
    },
  };
}

/** Where the face put its keys is for the first node to say. */
async function keysOfFirst(params: Params): Promise<string[]> {
  const driver = createMetaDriver(readNodes(requireParam(params, 'nodes'))[0]!);
  try {
    const items = await driver.getMany(keys);
    return keys.filter((_, index) => items[index] !== undefined);
  } finally {
    await driver.close();
  }
}

async function latencyOf(
  client: KeyClient,
  healthy: readonly string[],
  ofFirst: readonly string[],
  durationMs: number,
): Promise<number> {
  const latencies: number[] = [];
  await Promise.all([
    closedLoop(callers, durationMs, async (index) => {
      const startedAt = performance.now();
      const bytes = await client.read(healthy[index % healthy.length]!);
      latencies.push(performance.now() - startedAt);
      if (bytes !== valueBytes) throw new Error('a key of a node that serves has no value');
      await sleep(pauseMs);
    }),
    closedLoop(callers, durationMs, async (index) => {
      await client.read(ofFirst[index % ofFirst.length]!);
      await sleep(pauseMs);
    }),
  ]);
  latencies.sort((a, b) => a - b);
  return latencies[Math.floor((latencies.length - 1) * 0.99)]!;
}

/** The face takes a node back some time after it thawed; what else is measured meanwhile thaws it too. */
async function untilServed(client: KeyClient, ofFirst: readonly string[]): Promise<void> {
  const endsAt = performance.now() + recoveryMs;
  while ((await client.read(ofFirst[0]!)) === undefined) {
    if (performance.now() > endsAt) throw new Error(`a node that thawed is not served after ${recoveryMs} ms`);
    await sleep(20);
  }
}
