import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import fastify from 'fastify';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

import { FAILURE_CHANNEL, memcacheHttp, type ProxyFailure, type ProxyWrite, type WriteHook } from '../src/index.ts';
import { ScriptClient } from './text/script-client.ts';
import { type StartedProxy, startProxy } from './start-proxy.ts';

const UNKNOWN = 'SERVER_ERROR ERR_MEMCACHE_PROXY_WRITE_UNKNOWN\r\n';
const writes: ProxyWrite[] = [];
let hook: WriteHook;
let proxy: StartedProxy;

beforeAll(async () => {
  const onWrite: WriteHook = (write) => hook(write);
  proxy = await startProxy({ timeoutMs: 300, backend: { onWrite } });
});
afterAll(() => proxy[Symbol.asyncDispose]());

const record: WriteHook = async (write) => void writes.push(write);
hook = record;
afterEach(() => {
  hook = record;
  writes.length = 0;
});

/** A key that lives on the node with this index. */
function keyOn(node: number, prefix: string): string {
  const owned = proxy.nodes[node];
  for (let count = 0; ; count += 1) {
    const key = `${prefix}-${count}`;
    if (proxy.ring.get(key).port === owned?.port) return key;
  }
}

async function ask(script: string, reply: string): Promise<void> {
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send(script);
  await expect(client.receive(reply)).resolves.toBeUndefined();
}

it('answers misses and errors for a frozen node, serves the others, and recovers by itself', async () => {
  const [cold, warm] = [keyOn(0, 'frozen'), keyOn(1, 'frozen')];
  await ask(`set ${cold} 0 0 3\r\nold\r\nset ${warm} 0 0 4\r\nwarm\r\n`, 'STORED\r\nSTORED\r\n');
  writes.length = 0;
  await proxy.nodes[0]?.freeze();
  try {
    await ask(
      `get ${cold} ${warm}\r\nset ${cold} 0 0 3\r\nnew\r\ndelete ${cold}\r\nset ${warm} 0 0 1\r\nx\r\n`,
      `VALUE ${warm} 0 4\r\nwarm\r\nEND\r\n${UNKNOWN}${UNKNOWN}STORED\r\n`,
    );
    await ask(
      `mg ${cold} v k O1\r\nmg ${cold} v q\r\nmg ${cold} v N30\r\nmg ${warm} v\r\nms ${cold} 1 q\r\nx\r\nmn\r\n`,
      `EN k${cold} O1\r\nEN\r\nVA 1\r\nx\r\n${UNKNOWN}MN\r\n`,
    );
    // Whatever memcached makes of them later: other regions forget the key.
    const heard = writes.filter((write) => write.key.toString() === cold);
    expect(new Set(heard.map((write) => write.kind))).toEqual(new Set(['delete']));
    expect(heard.length).toBeGreaterThanOrEqual(3);
  } finally {
    await proxy.nodes[0]?.thaw();
  }
  await vi.waitFor(() => ask(`set ${cold} 0 0 4\r\nback\r\n`, 'STORED\r\n'), { timeout: 15_000 });
  await ask(`get ${cold}\r\n`, `VALUE ${cold} 0 4\r\nback\r\nEND\r\n`);
});

it('answers every pipelined command when a node is killed in the middle, and serves it after its restart', async () => {
  const key = keyOn(2, 'killed');
  await using client = await ScriptClient.open({ port: proxy.port });
  const count = 2000;
  const replies = (): number => client.text.split('\r\n').length - 1;
  for (let sent = 0; sent < count; sent += 1) {
    await client.send(`set ${key} 0 0 4\r\n${String(sent).padStart(4, '0')}\r\n`);
    if (sent === 500) void proxy.nodes[2]?.kill();
  }
  await client.readWhile(() => replies() < count);
  const lines = client.text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(count);
  expect(new Set(lines)).toEqual(new Set(['STORED', UNKNOWN.trimEnd()]));
  // One report for each write, and a report of a value for none that was not confirmed.
  expect(writes.map((write) => (write.kind === 'set' ? 'STORED' : UNKNOWN.trimEnd()))).toEqual(lines);

  await proxy.nodes[2]?.restart({ keepData: false });
  await vi.waitFor(() => ask(`set ${key} 0 0 4\r\nback\r\n`, 'STORED\r\n'), { timeout: 15_000 });
  await ask(`get ${key}\r\n`, `VALUE ${key} 0 4\r\nback\r\nEND\r\n`);
});

it('answers 503 with a code over HTTP while the node is down', async () => {
  const key = keyOn(1, 'http');
  const app = fastify({ routerOptions: { maxParamLength: 750 } });
  await app.register(memcacheHttp, { backend: proxy.backend });
  await proxy.nodes[1]?.kill();
  try {
    const get = await app.inject(`/v1/cache/${key}`);
    expect([get.statusCode, get.json<{ code: string }>().code]).toEqual([503, 'ERR_MEMCACHE_PROXY_READ_FAILED']);
    const put = await app.inject({ method: 'PUT', url: `/v1/cache/${key}`, payload: 'x' });
    expect([put.statusCode, put.json<{ code: string }>().code]).toEqual([503, 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN']);
    // Where the node is and what it said are for the operator.
    expect(`${get.body}${put.body}`).not.toMatch(/127\.0\.0\.1|ECONN|\d{5}/);
  } finally {
    await app.close();
    await proxy.nodes[1]?.restart();
  }
  await vi.waitFor(() => ask(`set ${key} 0 0 1\r\nx\r\n`, 'STORED\r\n'), { timeout: 15_000 });
});

it('answers an error when the hook fails, although memcached has the write', async () => {
  hook = () => Promise.reject(new Error('the journal is full'));
  const failed = 'SERVER_ERROR ERR_MEMCACHE_PROXY_HOOK_FAILED\r\n';
  await expect(
    ask(
      'set hooked 0 0 1\r\nx\r\nget hooked\r\ndelete hooked\r\n',
      `${failed}VALUE hooked 0 1\r\nx\r\nEND\r\n${failed}`,
    ),
  ).resolves.toBeUndefined();
});

it('swallows the failure of a noreply write and keeps the order', async () => {
  hook = () => Promise.reject(new Error('the journal is full'));
  await expect(
    ask('set quiet 0 0 1 noreply\r\nx\r\nget quiet\r\n', 'VALUE quiet 0 1\r\nx\r\nEND\r\n'),
  ).resolves.toBeUndefined();
});

it('publishes every failure on its diagnostics channel', async () => {
  hook = () => Promise.reject(new Error('the journal is full'));
  const heard: ProxyFailure[] = [];
  const listen = (message: unknown): void => void heard.push(message as ProxyFailure);
  subscribe(FAILURE_CHANNEL, listen);
  try {
    await expect(ask('set quiet 0 0 1 noreply\r\nx\r\nversion\r\n', 'VERSION 1.6.18\r\n')).resolves.toBeUndefined();
    await vi.waitFor(() =>
      expect(heard).toMatchObject([{ operation: 'write', error: { code: 'ERR_MEMCACHE_PROXY_HOOK_FAILED' } }]),
    );
  } finally {
    unsubscribe(FAILURE_CHANNEL, listen);
  }
});
