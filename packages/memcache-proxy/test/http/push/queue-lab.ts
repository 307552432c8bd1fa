import type { AddressInfo } from 'node:net';

import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';

import { memcacheStream, type MemcacheStreamOptions } from '../../../src/http/push/memcache-stream.ts';
import type { QueueOptions } from '../../../src/http/push/queue-rules.ts';
import { type QueueServer, type QueueServerOptions, startQueueServer } from './queue-server.ts';
import { openStream, type StreamClient } from './stream-client.ts';

/** Queue servers, and a Fastify server that drains them. */
export interface QueueLab {
  readonly servers: readonly QueueServer[];
  readonly app: FastifyInstance;
  readonly port: number;
  readonly open: (queue: string, accept?: string) => Promise<StreamClient>;
}

/** What a lab is made of, besides the defaults of the plugin. */
export interface QueueLabOptions {
  readonly servers?: number;
  readonly server?: QueueServerOptions;
  readonly nodes?: QueueOptions['nodes'];
  readonly queues?: Partial<QueueOptions>;
  readonly plugin?: Partial<MemcacheStreamOptions>;
}

export async function startQueueLab(options: QueueLabOptions = {}): Promise<QueueLab> {
  const servers = await Promise.all(
    Array.from({ length: options.servers ?? 2 }, () => startQueueServer(options.server)),
  );
  const nodes = options.nodes ?? servers.map(({ host, port }, index) => ({ host, port, name: `q${index + 1}` }));
  const app = fastify();
  onTestFinished(async () => {
    await app.close();
    await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
  });
  await app.register(memcacheStream, { queues: { nodes, drainMs: 1000, ...options.queues }, ...options.plugin });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    servers,
    app,
    port,
    open: (queue, accept = 'application/x-ndjson') => openStream({ port, path: `/v1/stream/${queue}`, accept }),
  };
}
