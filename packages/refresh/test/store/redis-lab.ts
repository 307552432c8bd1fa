import { type RedisServer, type RedisOptions, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import type { EntryStore } from '../../src/store/entry-store.ts';
import { createRedisStore, type RedisStoreOptions } from '../../src/store/redis/redis-store.ts';

/** A Redis for the tests of one file. */
export interface RedisLab {
  readonly server: RedisServer;
  /** Another one for each test. */
  readonly prefix: string;
  connect(): Redis;
  open(options?: Partial<RedisStoreOptions>): EntryStore;
}

/** Starts one Redis for the file. */
export function setupRedis(options: RedisOptions = {}): RedisLab {
  const clients: Redis[] = [];
  let server: RedisServer | undefined;
  let tests = 0;
  beforeAll(async () => {
    server = await startRedis(options);
  });
  beforeEach(() => {
    tests++;
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => server?.close());
  const lab: RedisLab = {
    get server() {
      return server!;
    },
    get prefix() {
      return `t${tests}:`;
    },
    connect() {
      const client = new Redis(server!.port, '127.0.0.1', { retryStrategy: () => 50 });
      // Faults are the point: commands that fail because of them say so themselves.
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    open: (over = {}) => createRedisStore({ redis: lab.connect(), prefix: lab.prefix, ...over }),
  };
  return lab;
}
