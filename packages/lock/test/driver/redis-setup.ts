import { type RedisOptions, type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** A Redis for the tests of one file, and clients that are gone after each test. */
export interface RedisSetup {
  readonly server: RedisServer;
  /** A client of the server, or of what stands in front of it. */
  connect(port?: number): Redis;
  /** A name that no other test has used. */
  name(): string;
}

/** Starts one Redis for the file. */
export function setupRedis(options: RedisOptions = {}): RedisSetup {
  const clients: Redis[] = [];
  let server: RedisServer | undefined;
  let names = 0;
  beforeAll(async () => {
    server = await startRedis(options);
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => server?.close());
  return {
    get server() {
      return server!;
    },
    connect(port = server!.port) {
      const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
      // Faults are the point: commands that fail because of them say so themselves.
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    name: () => `n${++names}`,
  };
}
