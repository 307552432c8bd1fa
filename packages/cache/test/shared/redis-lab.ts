import { createRedisLog, type RedisLog } from '@lockstep/invalidation';
import { type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

/** A Redis for the tests of one file, with logs that are gone after each test. */
export interface RedisLab {
  readonly server: RedisServer;
  /** A name that no other test has used; another one for each test. */
  readonly namespace: string;
  connect(): Redis;
  log(options?: { shards?: number; client?: Redis; namespace?: string }): RedisLog;
}

/** Starts one Redis for the file. */
export function setupRedis(): RedisLab {
  const clients: Redis[] = [];
  const logs: RedisLog[] = [];
  let server: RedisServer | undefined;
  let names = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  beforeEach(() => {
    names++;
  });
  afterEach(async () => {
    await Promise.all(logs.splice(0).map((log) => log.close()));
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => server?.close());
  const lab: RedisLab = {
    get server() {
      return server!;
    },
    get namespace() {
      return `shared-${names}`;
    },
    connect() {
      const client = new Redis(server!.port, '127.0.0.1', { retryStrategy: () => 50 });
      // Faults are the point: commands that fail because of them say so themselves.
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    log({ shards = 1, client = lab.connect(), namespace = lab.namespace } = {}) {
      const log = createRedisLog({ client, namespace, shards });
      logs.push(log);
      return log;
    },
  };
  return lab;
}

/** The log over a client that is as a Cluster: it says nothing of connections that end. */
export function silentLog(log: RedisLog): RedisLog {
  const { client } = log;
  return {
    ...log,
    client: {
      call: (command, ...args) => client.call(command, ...args),
      callBuffer: (command, ...args) => client.callBuffer(command, ...args),
      duplicate: () => client.duplicate(),
    },
  };
}
