import { createRing } from '@lockstep/hashring';
import { createMemoryLog } from '@lockstep/invalidation';
import { createPool } from '@lockstep/memcache';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';

import {
  type BanStore,
  createBackend,
  httpServerOptions,
  memcacheChanges,
  memcacheGuards,
  memcacheHttp,
  memcacheNodes,
  memcacheStream,
  memcacheTemplates,
  rewriteCacheUrl,
} from '../../../src/index.ts';
import { startQueueServer } from '../push/queue-server.ts';
import { request } from './raw-bytes.ts';
import { startTappedMemcached, type TappedCommand } from './tapped-memcached.ts';

/** Tokens: who may do everything; who may not change bans; who may read `mine:`; and one whose time is over. */
export const TOKENS = {
  root: 'root-root-root-root-root',
  writer: 'writer-writer-writer-writer',
  limited: 'limited-limited-limited-limited',
  expired: 'expired-expired-expired-expired',
} as const;

/** What the servers behind a proxy have seen. */
export interface Upstream {
  readonly commands: readonly TappedCommand[];
  /** Lines that the queue server got. */
  readonly queueLines: readonly string[];
  /** Changes of the bans. */
  readonly bans: readonly string[];
}

/** A proxy with every plugin and every guard, in front of real servers. */
export interface FuzzRig extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly port: number;
  /** Whether it sheds load. */
  isOverloaded: boolean;
  /** All that was seen since it was asked last; nothing that is under way is left out. */
  seen(): Promise<Upstream>;
  /** How many connections it has to clients and to the queue server. */
  connections(): Promise<number[]>;
}

export async function startFuzzRig(): Promise<FuzzRig> {
  const memcached = await startTappedMemcached();
  const queue = await startQueueServer();
  const pool = createPool({ ring: createRing([{ host: '127.0.0.1', port: memcached.port }]) });
  const backend = createBackend({ pool });
  const bans: string[] = [];
  const state = { isOverloaded: false };
  const app = fastify({
    ...httpServerOptions({ requestTimeoutMs: 150, headersTimeoutMs: 100, checkIntervalMs: 20 }),
    routerOptions: { maxParamLength: 1024 },
    rewriteUrl: rewriteCacheUrl,
  });
  await app.register(memcacheGuards, {
    tokens: [
      { name: 'root', token: TOKENS.root, scopes: ['read', 'write', 'admin'] },
      { name: 'writer', token: TOKENS.writer, scopes: ['read', 'write'] },
      { name: 'limited', token: TOKENS.limited, scopes: ['read'], prefixes: ['mine:'] },
      { name: 'expired', token: TOKENS.expired, scopes: ['read', 'write', 'admin'], expiresAt: '2001-01-01T00:00:00Z' },
    ],
    banStore: forgetfulStore(bans),
    limits: {},
    shed: { isOverloaded: () => state.isOverloaded },
  });
  const batch = { maxOps: 10, maxBytes: 2000 };
  await app.register(memcacheHttp, { backend, fastLane: true, maxValueBytes: 1000, batch });
  const templates = [{ url: '/p/:page', key: 'only:{page}', isWritable: true }];
  await app.register(memcacheTemplates, { backend, templates, prefix: '/t' });
  await app.register(memcacheNodes, { backend });
  const { host, port } = queue;
  await app.register(memcacheStream, { queues: { nodes: [{ host, port }], pollMs: 20, heartbeatMs: 5 } });
  await app.register(memcacheChanges, { log: createMemoryLog(), heartbeatMs: 5 });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    app,
    port: (app.server.address() as AddressInfo).port,
    get isOverloaded() {
      return state.isOverloaded;
    },
    set isOverloaded(value) {
      state.isOverloaded = value;
    },
    async seen() {
      await backend.idle();
      // What was sent before it on the same connections is there by then.
      await Promise.all(Array.from({ length: 8 }, () => pool.get('barrier')));
      const commands = memcached.commands.splice(0).filter(({ key }) => key !== '' && key !== 'barrier');
      return { commands, queueLines: queue.log.splice(0).map(({ line }) => line), bans: bans.splice(0) };
    },
    async connections() {
      const clients = new Promise<number>((resolve, reject) =>
        app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      );
      return [await clients, queue.connections];
    },
    async [Symbol.asyncDispose]() {
      await app.close();
      await pool.close();
      await queue[Symbol.asyncDispose]();
      await memcached[Symbol.asyncDispose]();
    },
  };
}

/** Says that it keeps everything, and has nothing: no fuzz may ban the fuzzer for good. */
function forgetfulStore(saved: string[]): BanStore {
  let version = 0;
  return {
    load: (known) =>
      Promise.resolve(known === String(version) ? 'unchanged' : { version: String(version), allow: [], ban: [] }),
    save(lists, known) {
      if (known !== String(version)) return Promise.resolve(undefined);
      saved.push(JSON.stringify(lists));
      return Promise.resolve({ version: String(++version), allow: [], ban: [] });
    },
  };
}

/** A request of every route, with header lines such as a token. Each has a key of its own, so that another's shows. */
export function requestsOfAll(headers = ''): Buffer[] {
  return [...requestsOfCache(headers), ...requestsOfOthers(headers)];
}

function requestsOfCache(headers: string): Buffer[] {
  const lines = `${headers}content-type: application/x-ndjson\r\n`;
  return [
    Buffer.from(`GET /v1/cache/fast HTTP/1.1\r\nhost: x\r\n${headers}\r\n`),
    Buffer.from(`GET /v1/cache/mine%3Afast HTTP/1.1\r\nhost: x\r\n${headers}\r\n`),
    request('GET /v1/cache/mine:got', '', headers),
    request('PUT /v1/cache/mine:put?ttl=60', 'value', headers),
    request('DELETE /v1/cache/removed', '', headers),
    request('PATCH /v1/cache/counted', '{"increment":1,"initial":1}', headers),
    request('PUT /t/p/templated', 'value', headers),
    request('POST /v1/batch', '{"op":"get","key":"lined"}\n{"op":"get","key":"mine:lined"}', lines),
  ];
}

/** A request of every route that is not about one key of the cache. */
export function requestsOfOthers(headers = ''): Buffer[] {
  const resumed = `${headers}last-event-id: 1-0\r\n`;
  const matched = `${headers}if-match: "0"\r\n`;
  return [
    request('GET /v1/nodes/held', '', headers),
    request('GET /v1/nodes/mine:held', '', `${headers}accept: text/event-stream\r\n`),
    request('DELETE /v1/nodes/dropped?policy=quorum', '', headers),
    Buffer.from(`GET /v1/stream/jobs HTTP/1.1\r\nhost: x\r\n${headers}\r\n`),
    request('GET /v1/stream/mails', '', `${headers}accept: application/vnd.lockstep.frames\r\n`),
    Buffer.from(`GET /v1/changes HTTP/1.1\r\nhost: x\r\n${headers}\r\n`),
    request('GET /v1/changes?prefix=mine%3A&prefix=user%3A&after=1-0', '', resumed),
    request('GET /v1/admin/bans', '', headers),
    request('PUT /v1/admin/bans', '{"ban":["192.0.2.0/24",{"range":"192.0.2.9","forSeconds":60}]}', headers),
    request('PUT /v1/admin/bans/192.0.2.0%2F24', '{"forSeconds":60}', matched),
    request('DELETE /v1/admin/bans/192.0.2.0%2F24', '', headers),
    request('DELETE /v1/admin/bans', '', matched),
  ];
}
