import { type RedisOptions, type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { type BullQueueOptions, type BullRefreshQueue, createBullQueue } from '../../src/queue/bullmq/index.ts';
import type { RefreshTask } from '../../src/queue/refresh-queue.ts';

type Settings = Partial<Omit<BullQueueOptions, 'redis' | 'clock' | 'random'>>;

/** A Redis of its own, and processes at it. */
export interface BullLab extends AsyncDisposable {
  readonly server: RedisServer;
  queue(settings?: Settings): BullRefreshQueue;
  /** A process of its own that consumes; see bull-process.mjs. */
  fork(what: 'hold' | 'leave', settings?: Settings & { readonly url?: string }): ChildProcess;
}

/** A dead worker is replaced within 1.5 s; calls may take long, as the machine may be busy. */
const quick: Settings = {
  lockMs: 1000,
  stalledCheckMs: 250,
  backoff: { minMs: 20, maxMs: 40 },
  callTimeoutMs: 5000,
};

export async function openBullLab(options: RedisOptions = {}): Promise<BullLab> {
  const server = await startRedis(options);
  const closers: (() => unknown)[] = [];
  return {
    server,
    queue(settings = {}) {
      const redis = new Redis(server.url);
      redis.on('error', () => undefined);
      const queue = createBullQueue({ redis, ...quick, ...settings });
      closers.push(async () => {
        await queue.close();
        redis.disconnect();
      });
      return queue;
    },
    fork(what, settings = {}) {
      const script = fileURLToPath(new URL('bull-process.mjs', import.meta.url));
      const child = fork(script, [JSON.stringify({ url: server.url, what, ...quick, ...settings })], { silent: true });
      closers.push(() => child.kill('SIGKILL'));
      return child;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(closers.map((close) => close()));
      await server.close();
    },
  };
}

/** What a process has said so far. */
export function hear(child: ChildProcess): unknown[] {
  const heard: unknown[] = [];
  child.on('message', (message) => void heard.push(message));
  return heard;
}

export function task(key: string, reason: RefreshTask['reason'] = 'ageing'): RefreshTask {
  return { key, reason, requestedAt: 1 };
}
