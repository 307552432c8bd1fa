import type { RedisArgument, RedisScript } from '@lockstep/core';
import type { Redis } from 'ioredis';

import type { Model, ModelSpace } from './lock-model.ts';
import { createRealLock, type RealLock } from './real-lock.ts';

/** The processes of a run. */
export const PROCESSES = ['p0', 'p1', 'p2'] as const;

/** The models of some locks, and what every process should have been told. */
export interface ModelWorld<M extends Model = Model> {
  readonly locks: readonly M[];
  readonly alive: Set<string>;
  readonly pushes: string[];
}

/** The same locks in Redis, and the processes that listen. */
export interface RealWorld {
  readonly locks: readonly RealLock[];
  /** One step on all of the locks. */
  step(...args: RedisArgument[]): Promise<unknown>;
  setAlive(process: string, isAlive: boolean): Promise<void>;
  /** What the processes were told so far. */
  heard(): Promise<string[]>;
}

/** What a real world works with. */
export interface RealWorldOptions {
  readonly script: RedisScript;
  readonly client: Redis;
  readonly processes: ReadonlyMap<string, Redis>;
  /** No other has it. */
  readonly name: string;
  readonly count: number;
  readonly isShared: boolean;
  /** The processes are told in the slot of the locks, as in a Cluster. */
  readonly isInSlot: boolean;
}

/** Models of so many locks; everybody listens. */
export function createModelWorld<M extends Model>(count: number, createModel: (space: ModelSpace) => M): ModelWorld<M> {
  const alive = new Set<string>(PROCESSES);
  const pushes: string[] = [];
  const locks = Array.from({ length: count }, (_, i) =>
    createModel({ alive, tell: (kind, owner) => void pushes.push(`${kind} ${owner} ${i}`) }),
  );
  return { locks, alive, pushes };
}

/** Locks that nobody has; everybody listens. */
export async function createRealWorld(options: RealWorldOptions): Promise<RealWorld> {
  const { script, client, processes, name, count, isShared, isInSlot } = options;
  const bases = Array.from({ length: count }, (_, i) => `{${name}}${i}`);
  const heard: string[] = [];
  const run = async (keys: readonly string[], args: readonly RedisArgument[]): Promise<unknown> => {
    const replies = (await script.run(client, keys, [`${name}:`, isInSlot ? 's' : '1', ...args])) as unknown[];
    return replies[0];
  };
  for (const process of processes.values()) {
    process.removeAllListeners('message').removeAllListeners('smessage');
    process.on(isInSlot ? 'smessage' : 'message', (channel: string, message: string) => {
      const [kind, ...rest] = message.split('|');
      if (channel.startsWith(`${name}:`)) heard.push(`${kind} ${rest.at(-2)} ${bases.indexOf(rest.at(-1)!)}`);
    });
  }
  const setAlive = async (process: string, isAlive: boolean): Promise<void> => {
    const own = processes.get(process)!;
    if (isInSlot) await own[isAlive ? 'ssubscribe' : 'sunsubscribe'](`${name}:${process}:{${name}}`);
    else await own[isAlive ? 'subscribe' : 'unsubscribe'](`${name}:${process}`);
  };
  await Promise.all(PROCESSES.map((process) => setAlive(process, true)));
  return {
    locks: bases.map((base) => createRealLock({ client, base, isShared, step: async (...args) => run([base], args) })),
    step: async (...args) => run(bases, args),
    setAlive,
    async heard() {
      await Promise.all([...processes.values()].map((process) => process.ping()));
      return heard;
    },
  };
}
