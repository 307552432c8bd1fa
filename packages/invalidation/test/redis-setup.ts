import { type RedisOptions, type RedisServer, startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll } from 'vitest';

/** How a client introduces itself. */
export interface ConnectOptions {
  readonly protocol?: 2 | 3;
  readonly username?: string;
  readonly password?: string;
  readonly enableReadyCheck?: boolean;
}

/** A Redis for the tests of one file, and clients that are gone after each test. */
export interface RedisSetup {
  readonly server: RedisServer;
  /** A client of the server, or of what stands in front of it. */
  connect(port?: number, options?: ConnectOptions): Redis;
  /** A name that no other test has used. */
  namespace(): string;
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
  const running = (): RedisServer => {
    if (server === undefined) throw new Error('the server is there from beforeAll on');
    return server;
  };
  return {
    get server() {
      return running();
    },
    connect(port = running().port, clientOptions = {}) {
      const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 50, ...clientOptions });
      // Faults are the point: commands that fail because of them say so themselves.
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    namespace: () => `test-${++names}`,
  };
}

/** Names of a namespace in one shard. */
export function stateOf(namespace: string): string {
  return `{lockstep:${namespace}}:state`;
}

export function streamOf(namespace: string): string {
  return `{lockstep:${namespace}}:entries`;
}
