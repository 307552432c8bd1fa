import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

import fastify, { type FastifyHttpOptions, type FastifyInstance } from 'fastify';

import {
  createBackend,
  type FastLaneAnswer,
  memcacheGuards,
  type MemcacheGuardsOptions,
  memcacheHttp,
  type MemcacheHttpOptions,
  rewriteCacheUrl,
} from '../../../src/index.ts';
import { MemoryPool } from '../../backend/memory-pool.ts';

/** One of two servers that are the same but for the fast lane. */
export interface LaneApp {
  readonly app: FastifyInstance;
  readonly pool: MemoryPool;
  readonly port: number;
  /** What was answered in the fast lane. */
  readonly laned: FastLaneAnswer[];
}

/** How both are made. */
export interface LaneAppOptions {
  readonly http?: Partial<MemcacheHttpOptions>;
  readonly guards?: MemcacheGuardsOptions;
  readonly server?: FastifyHttpOptions<Server>;
  /** Called before the routes are added. */
  readonly prepare?: (app: FastifyInstance) => void;
}

/** A server on a pool of one map, with the values of `fill`. */
export async function startLaneApp(hasLane: boolean, options: LaneAppOptions = {}): Promise<LaneApp> {
  const { http = {}, guards, server = {} } = options;
  const pool = new MemoryPool();
  const laned: FastLaneAnswer[] = [];
  const app = fastify({ routerOptions: { maxParamLength: 1024 }, rewriteUrl: rewriteCacheUrl, ...server } as object);
  options.prepare?.(app);
  if (guards !== undefined) await app.register(memcacheGuards, guards);
  const fastLane = hasLane && { onAnswer: (answer: FastLaneAnswer): void => void laned.push(answer) };
  await app.register(memcacheHttp, { backend: createBackend({ pool }), directHits: true, fastLane, ...http });
  await app.listen({ port: 0, host: '127.0.0.1' });
  fill(pool);
  return { app, pool, port: (app.server.address() as AddressInfo).port, laned };
}

/** Sets what the pool holds, always the same. */
export function fill(pool: MemoryPool): void {
  pool.items.clear();
  const put = (key: string, value: string | Buffer, flags = 0): void =>
    void pool.items.set(key, { value: Buffer.from(value as string), flags, cas: BigInt(pool.items.size + 7) });
  put('plain', 'value');
  put('empty', '');
  put('json', '{}', 0xa080_0000);
  put('gzip', Buffer.from('H4sIAAAAAAAAAwMAAAAAAAAAAAA=', 'base64'), 0xa010_0000);
  put('foreign', 'x', 5);
  put('zlib', Buffer.from('eJwDAAAAAAE=', 'base64'), 8);
  put('large', 'l'.repeat(40_000));
  pool.items.set('other-pool', { value: Buffer.from('v'), flags: 0, cas: 0n });
  pool.calls.length = 0;
}

/** Sends the bytes in pieces, cut at these offsets: all that comes back until the server closes. */
export async function converse(port: number, bytes: Buffer, cuts: readonly number[] = []): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  let text = '';
  socket.on('data', (part: Buffer) => (text += part.toString('latin1'))).on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  socket.setNoDelay(true);
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  for (const [index, from] of [0, ...points].entries()) {
    socket.write(bytes.subarray(from, points[index] ?? bytes.length));
    await turn();
  }
  await closed;
  return text;
}

/** The answers in a text, without their dates. */
export function answersIn(text: string): string[] {
  return text
    .replaceAll(/^date: .*\r\n/gim, '')
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((answer) => answer !== '');
}
