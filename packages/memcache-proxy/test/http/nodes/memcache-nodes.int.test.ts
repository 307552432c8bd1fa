import type { AddressInfo } from 'node:net';

import { createRing } from '@lockstep/hashring';
import { createMetaDriver, createPool, type MemcachePool } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';

import { createBackend, memcacheNodes, type ProxyWrite } from '../../../src/index.ts';
import { openStream, type StreamClient } from '../push/stream-client.ts';

interface NodesLab {
  readonly servers: readonly MemcachedServer[];
  readonly pool: MemcachePool;
  readonly app: FastifyInstance;
  /** Stores a value on one node, whoever owns the key. */
  readonly put: (index: number, key: string, value: string | Buffer) => Promise<void>;
  readonly open: (key: string, accept?: string) => Promise<StreamClient>;
}

async function startNodesLab(timeoutMs = 300): Promise<NodesLab> {
  const servers = await Promise.all([startMemcached(), startMemcached(), startMemcached()]);
  const ring = createRing(servers.map(({ host, port }, index) => ({ host, port, label: `n${index + 1}` })));
  const pool = createPool({ ring, timeoutMs, connectTimeoutMs: timeoutMs });
  const app = fastify({ routerOptions: { maxParamLength: 1024 } });
  onTestFinished(async () => {
    await app.close();
    await pool.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  await app.register(memcacheNodes, { backend: pool });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    servers,
    pool,
    app,
    async put(index, key, value) {
      await using driver = createMetaDriver(servers[index]!);
      await driver.set(key, value, { flags: index });
    },
    open: (key, accept = '*/*') => openStream({ port, path: `/v1/nodes/${key}`, accept }),
  };
}

const byNode = (client: StreamClient): unknown[] =>
  client.events.toSorted((a, b) => String(a['node']).localeCompare(String(b['node'])));

it('names the nodes as it is told to, and those that nobody names as the ring does', async () => {
  const { pool, servers, put } = await startNodesLab();
  await put(0, 'k', 'v');
  const app = fastify({ routerOptions: { maxParamLength: 1024 } });
  onTestFinished(() => app.close());
  const nameOf = ({ port }: { readonly port?: number }): string | undefined =>
    port === servers[0]!.port ? 'first' : undefined;
  await app.register(memcacheNodes, { backend: pool, nameOf });
  const read = await app.inject('/v1/nodes/k');
  const named = read.body
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { node: string }).node);
  expect(named.toSorted()).toEqual(['first', 'n2', 'n3']);
  const deleted = await app.inject({ method: 'DELETE', url: '/v1/nodes/k' });
  const outcomes = deleted.json<{ outcomes: { node: string }[] }>().outcomes.map(({ node }) => node);
  expect(outcomes.toSorted()).toEqual(['first', 'n2', 'n3']);
});

describe('GET /v1/nodes/:key', () => {
  it('tells what each node holds, one line for each', async () => {
    const { put, open } = await startNodesLab();
    await put(0, 'k', 'old');
    await put(2, 'k', Buffer.from([0xff, 0]));
    const client = await open('k');
    expect(await client.ended).toBe(true);
    expect(client.headers['content-type']).toBe('application/x-ndjson');
    expect(byNode(client)).toEqual([
      { event: 'answer', node: 'n1', outcome: 'hit', flags: 0, size: 3, encoding: 'base64', value: 'b2xk' },
      { event: 'answer', node: 'n2', outcome: 'miss' },
      { event: 'answer', node: 'n3', outcome: 'hit', flags: 2, size: 2, encoding: 'base64', value: '/wA=' },
    ]);
  });

  it('carries the bytes as they are in frames', async () => {
    const { put, open } = await startNodesLab();
    await put(1, 'k', 'value');
    const client = await open('k', 'application/vnd.lockstep.frames');
    expect(await client.ended).toBe(true);
    expect(client.events.find(({ outcome }) => outcome === 'hit')).toEqual({
      event: 'answer',
      node: 'n2',
      outcome: 'hit',
      flags: 1,
      size: 5,
      bytes: Buffer.from('value'),
    });
  });

  it('gives the answers of the others before a frozen node is given up', async () => {
    const { servers, open } = await startNodesLab(5000);
    await servers[1]!.freeze();
    const client = await open('k', 'text/event-stream');
    await expect.poll(() => client.events.map(({ node }) => String(node)).toSorted()).toEqual(['n1', 'n3']);
    await servers[1]!.thaw();
    expect(await client.ended).toBe(true);
    expect(client.events[2]).toEqual({ event: 'answer', node: 'n2', outcome: 'miss' });
  });

  it('names the error of a node that does not answer', async () => {
    const { servers, open } = await startNodesLab();
    await servers[1]!.kill();
    const client = await open('k');
    expect(await client.ended).toBe(true);
    expect(byNode(client)).toEqual([
      { event: 'answer', node: 'n1', outcome: 'miss' },
      { event: 'answer', node: 'n2', outcome: 'error', code: expect.stringContaining('ERR_MEMCACHE_') as string },
      { event: 'answer', node: 'n3', outcome: 'miss' },
    ]);
  });

  it('stops the reads when the client hangs up', async () => {
    const { servers, pool, app, open } = await startNodesLab(60_000);
    const reasons: unknown[] = [];
    const read = pool.readEverywhere.bind(pool);
    Object.assign(pool, {
      readEverywhere(...[key, options]: Parameters<MemcachePool['readEverywhere']>) {
        options?.signal?.addEventListener('abort', () => reasons.push(options.signal?.reason));
        return read(key, options);
      },
    });
    await servers[1]!.freeze();
    const client = await open('k');
    await expect.poll(() => client.events.length).toBe(2);
    client.hangUp();
    await expect.poll(() => reasons.length).toBe(1);
    // With a read of a minute under way this would not end.
    await app.close();
    await servers[1]!.thaw();
  });
});

describe('DELETE /v1/nodes/:key', () => {
  it('is told to the hook of a backend once', async () => {
    const { pool, put } = await startNodesLab();
    const writes: string[] = [];
    const onWrite = async ({ kind, key }: ProxyWrite): Promise<void> => void writes.push(`${kind} ${key.toString()}`);
    const app = fastify({ routerOptions: { maxParamLength: 1024 } });
    onTestFinished(() => app.close());
    await app.register(memcacheNodes, { backend: createBackend({ pool, onWrite }) });
    await put(0, 'k', 'v');
    const reply = await app.inject({ method: 'DELETE', url: '/v1/nodes/k?policy=quorum' });
    expect(reply.statusCode).toBe(200);
    expect(writes).toEqual(['delete k']);
    const lines = (await app.inject('/v1/nodes/k')).body.trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { outcome: string }).outcome)).toEqual(['miss', 'miss', 'miss']);
  });

  it('deletes on all nodes and tells of each', async () => {
    const { put, app, open } = await startNodesLab();
    for (const index of [0, 1, 2]) await put(index, 'k', 'v');
    const reply = await app.inject({ method: 'DELETE', url: '/v1/nodes/k' });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({
      outcomes: ['n1', 'n2', 'n3'].map((node) => ({ node, outcome: 'deleted' })),
    });
    const client = await open('k');
    await client.ended;
    expect(client.events.map(({ outcome }) => outcome)).toEqual(['miss', 'miss', 'miss']);
  });

  it.each([
    ['all', 503],
    ['quorum', 200],
    ['first', 200],
  ])('with policy %s answers %i when one node of three is away', async (policy, status) => {
    const { servers, app } = await startNodesLab();
    await servers[1]!.kill();
    const reply = await app.inject({ method: 'DELETE', url: `/v1/nodes/k?policy=${policy}` });
    expect(reply.statusCode).toBe(status);
    const { outcomes, code } = reply.json<{ outcomes: { node: string; outcome: string }[]; code?: string }>();
    expect(code).toBe(status === 503 ? 'ERR_MEMCACHE_PROXY_PARTIAL_DELETE' : undefined);
    expect(outcomes.map(({ node }) => node)).toEqual(['n1', 'n2', 'n3']);
    expect(outcomes[1]!.outcome).toMatch(status === 503 ? /^error$/ : /^error$|^pending$/);
  });

  it('answers 503 with the outcomes when too few are there for a quorum', async () => {
    const { servers, app } = await startNodesLab();
    await Promise.all([servers[0]!.kill(), servers[1]!.kill()]);
    const reply = await app.inject({ method: 'DELETE', url: '/v1/nodes/k?policy=quorum' });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json()).toMatchObject({
      title: 'Service Unavailable',
      detail: '2 of 3 nodes did not confirm the delete',
    });
  });

  it.each([
    ['/v1/nodes/k?policy=most', 'ERR_MEMCACHE_PROXY_BAD_POLICY'],
    ['/v1/nodes/k?policy=constructor', 'ERR_MEMCACHE_PROXY_BAD_POLICY'],
    ['/v1/nodes/%', 'FST_ERR_BAD_URL'],
  ])('refuses %s', async (url, code) => {
    const { app } = await startNodesLab();
    const reply = await app.inject({ method: 'DELETE', url });
    expect([reply.statusCode, reply.json<{ code: string }>().code]).toEqual([400, code]);
  });
});
