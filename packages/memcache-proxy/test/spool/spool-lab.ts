import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';

import {
  createSpool,
  type DeleteOutcome,
  type DeleteTarget,
  type Spool,
  SPOOL_CHANNEL,
  type SpoolEvent,
  type SpoolOptions,
} from '../../src/index.ts';

/** Nodes that can be told to be down: the node of a key is what stands before its colon. */
export class RecordingTarget implements DeleteTarget {
  /** `pool key` of every delete that was confirmed, in order. */
  readonly deleted: string[] = [];
  /** `pool node` of every call. */
  readonly calls: string[] = [];
  readonly down = new Set<string>();

  nodeOf(pool: string, key: Buffer): string {
    if (pool === 'gone') throw new RangeError('there is no pool "gone" any more');
    return key.toString().split(':', 1)[0]!;
  }

  apply(pool: string, keys: readonly Buffer[]): Promise<DeleteOutcome[]> {
    const node = this.nodeOf(pool, keys[0]!);
    this.calls.push(`${pool} ${node}`);
    if (this.down.has(node)) return Promise.reject(new Error(`${node} is down`));
    for (const key of keys) this.deleted.push(`${pool} ${key.toString()}`);
    return Promise.resolve(keys.map(() => ({ confirmed: true })));
  }
}

/** A real Redis, a directory, and spools over both. */
export interface SpoolLab extends AsyncDisposable {
  readonly server: RedisServer;
  readonly redis: Redis;
  readonly directory: string;
  readonly target: RecordingTarget;
  readonly events: SpoolEvent[];
  /** Not started. */
  open(options?: Partial<SpoolOptions>): Spool;
}

export async function startSpoolLab(): Promise<SpoolLab> {
  const server = await startRedis({ appendonly: true });
  const directory = await mkdtemp(join(tmpdir(), 'spool-'));
  const redis = connect(server.port);
  const target = new RecordingTarget();
  const spools: Spool[] = [];
  const events: SpoolEvent[] = [];
  const hear = (event: unknown): void => void events.push(event as SpoolEvent);
  subscribe(SPOOL_CHANNEL, hear);
  return {
    server,
    redis,
    directory,
    target,
    events,
    open(options = {}) {
      const quick = { redisTimeoutMs: 300, intervalMs: 50, maxRetryMs: 100, leaseMs: 1000 };
      const spool = createSpool({ client: redis, namespace: 'east', directory, target, ...quick, ...options });
      spools.push(spool);
      return spool;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(spools.map((spool) => spool.close()));
      redis.disconnect();
      unsubscribe(SPOOL_CHANNEL, hear);
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A client that fails quickly while Redis is away, and comes back soon. */
export function connect(port: number): Redis {
  const client = new Redis({ host: '127.0.0.1', port, retryStrategy: () => 50, maxRetriesPerRequest: 1 });
  client.on('error', () => {
    // Expected while a test stops the server; commands reject on their own.
  });
  return client;
}

export function entry(key: string, pool = 'main'): { pool: string; key: Buffer; failedAt: number } {
  return { pool, key: Buffer.from(key), failedAt: 1_700_000_000_000 };
}

/** What is in the spool, as `where pool key`. */
export async function listed(spool: Spool): Promise<string[]> {
  const all: string[] = [];
  for await (const { where, pool, key } of spool.list()) all.push(`${where} ${pool} ${key.toString()}`);
  return all;
}
