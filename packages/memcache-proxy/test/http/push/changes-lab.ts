import type { AddressInfo } from 'node:net';

import { createMemoryLog, type InvalidationLog } from '@lockstep/invalidation';
import fastify, { type FastifyInstance } from 'fastify';
import { onTestFinished } from 'vitest';

import { memcacheChanges, type MemcacheChangesOptions } from '../../../src/http/push/memcache-changes.ts';
import { openStream, type SeenEvent, type StreamClient } from './stream-client.ts';

/** A log, and a Fastify server that tells of it. */
export interface ChangesLab {
  readonly log: InvalidationLog;
  readonly app: FastifyInstance;
  readonly port: number;
  /** Opens a stream and waits until it is in step, or was reset. */
  readonly open: (query?: string, headers?: Record<string, string>) => Promise<StreamClient>;
}

export async function startChangesLab(
  options: Partial<MemcacheChangesOptions> = {},
  log: InvalidationLog = createMemoryLog(),
): Promise<ChangesLab> {
  const app = fastify();
  onTestFinished(() => app.close());
  // Faults are the point: the log's failures are looked at where a test is about them.
  await app.register(memcacheChanges, { log, drainMs: 1000, onError: () => {}, ...options });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    log,
    app,
    port,
    open: (query = '', headers = {}) => openStream({ port, path: `/v1/changes${query}`, headers }),
  };
}

/** A log that counts those who follow it. */
export interface CountedLog extends InvalidationLog {
  /** How many ever did. */
  readonly followed: () => number;
  /** How many did at once, at most. */
  readonly most: () => number;
}

export function counted(log: InvalidationLog): CountedLog {
  let followed = 0;
  let active = 0;
  let most = 0;
  return {
    ...log,
    follow(options) {
      const follower = log.follow(options);
      followed++;
      most = Math.max(most, ++active);
      const close = follower.close.bind(follower);
      return Object.assign(follower, {
        async close() {
          active--;
          await close();
        },
      });
    },
    followed: () => followed,
    most: () => most,
  };
}

/** The keys that a client was told to forget. */
export function keysOf(client: { readonly events: readonly SeenEvent[] }): unknown[] {
  return client.events.filter(({ event }) => event === 'invalidate').flatMap(({ keys }) => keys as unknown[]);
}
