import { afterEach, expect, it, vi } from 'vitest';

import {
  createBackend,
  createMemcacheServer,
  type MemcacheServer,
  type MemcacheServerOptions,
} from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';
import { ScriptClient } from './script-client.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Started {
  readonly pool: MemoryPool;
  readonly server: MemcacheServer;
  readonly clock: ManualClock;
  readonly open: () => Promise<ScriptClient>;
  readonly stats: () => Promise<Map<string, string>>;
}

async function start(options: Partial<MemcacheServerOptions>): Promise<Started> {
  const pool = new MemoryPool();
  const clock = createManualClock();
  const server = createMemcacheServer({ backend: createBackend({ pool }), clock, ...options });
  const address = await server.listen({ port: 0 });
  closers.push(() => server.close());
  const open = async (): Promise<ScriptClient> => {
    const client = await ScriptClient.open({ port: 'port' in address ? address.port : 0 });
    closers.push(() => client[Symbol.asyncDispose]());
    return client;
  };
  const stats = async (): Promise<Map<string, string>> => {
    await using client = await open();
    await client.send('stats\r\n');
    await client.readWhile(() => !client.text.endsWith('END\r\n'));
    const lines = [...client.text.matchAll(/STAT (\S+) (\S+)\r\n/g)];
    return new Map(lines.map(([, name, value]) => [name!, value!]));
  };
  return { pool, server, clock, open, stats };
}

async function ask(client: ScriptClient): Promise<void> {
  const { length } = client.text;
  await client.send('version\r\n');
  await client.readWhile(() => client.text.length < length + 'VERSION 1.6.18\r\n'.length);
}

it('tells one client too many that it is one, as memcached does, and takes the next when there is room', async () => {
  const { open } = await start({ maxConnections: 2 });
  const [first] = [await open(), await open()];
  await ask(first);
  const third = await open();
  expect((await third.readToEnd()).toString()).toBe('ERROR Too many open connections\r\n');
  await first[Symbol.asyncDispose]();
  await vi.waitFor(async () => {
    const next = await open();
    await next.send('version\r\n');
    await next.readWhile(() => next.receivedBytes < 10);
    expect(next.text).toBe('VERSION 1.6.18\r\n');
  });
});

it('cuts off a client that says nothing for the idle timeout, and no other', async () => {
  const { clock, open, stats } = await start({ idleTimeoutMs: 1000 });
  const [silent, busy] = [await open(), await open()];
  await Promise.all([ask(silent), ask(busy)]);
  for (let round = 0; round < 8; round += 1) {
    clock.advance(250);
    await ask(busy);
  }
  await silent.readToEnd();
  expect(busy.isClosed).toBe(false);
  expect((await stats()).get('idle_kicks')).toBe('1');
});

it('keeps a client that waits for a slow answer, however long that takes', async () => {
  const { pool, clock, open } = await start({ idleTimeoutMs: 1000 });
  const client = await open();
  let release = (): void => {};
  pool.gate = new Promise((resolve) => (release = resolve));
  const get = vi.spyOn(pool, 'get');
  await client.send('get k\r\n');
  await vi.waitFor(() => expect(get).toHaveBeenCalledOnce());
  clock.advance(10_000);
  release();
  await expect(client.receive('END\r\n')).resolves.toBeUndefined();
});

it('cuts off a client that does not take its replies in time, and keeps one that takes them slowly', async () => {
  const { pool, clock, open, stats } = await start({ slowClientTimeoutMs: 1000, maxPendingBytes: 100_000 });
  await pool.set('k', Buffer.alloc(50_000, 'v'));
  const [stuck, slow] = [await open(), await open()];
  const count = 1000;
  const total = count * ('VALUE k 0 50000\r\n\r\nEND\r\n'.length + 50_000);
  for (const client of [stuck, slow]) {
    client.socket.pause();
    await client.send('get k\r\n'.repeat(count));
  }
  let taken = 0;
  while (slow.receivedBytes < total && !slow.isClosed) {
    slow.socket.resume();
    await slow.readWhile(() => slow.receivedBytes < Math.min(total, taken + 4_000_000));
    slow.socket.pause();
    taken = slow.receivedBytes;
    clock.advance(250);
  }
  expect(slow.receivedBytes).toBe(total);
  stuck.socket.resume();
  await stuck.readToEnd();
  expect(stuck.receivedBytes).toBeLessThan(total);
  expect((await stats()).get('slow_clients')).toBe('1');
});

it('asks for nothing more on behalf of a client that is gone, and still carries out what it wrote', async () => {
  const { pool, server, open } = await start({});
  const client = await open();
  let release = (): void => {};
  pool.gate = new Promise((resolve) => (release = resolve));
  const set = vi.spyOn(pool, 'set');
  const reads = [
    vi.spyOn(pool, 'get'),
    vi.spyOn(pool, 'getMany'),
    vi.spyOn(pool, 'getManyOutcomes'),
    vi.spyOn(pool, 'meta'),
  ];
  await client.send('set k 0 0 1\r\nx\r\nget k\r\nset k 0 0 1\r\ny\r\nget k\r\nget k z\r\nmg k v\r\n');
  await vi.waitFor(() => expect(set).toHaveBeenCalledOnce());
  client.socket.resetAndDestroy();
  await vi.waitFor(() => expect(server.connections).toBe(0));
  release();
  await vi.waitFor(() => expect(pool.items.get('k')?.value.toString()).toBe('y'));
  for (const read of reads) expect(read).not.toHaveBeenCalled();
});

it.each([
  [{ idleTimeoutMs: 0 }, 'idleTimeoutMs must be positive, got 0'],
  [{ slowClientTimeoutMs: 0 }, 'slowClientTimeoutMs must be a positive integer, got 0'],
  [{ maxConnections: 1.5 }, 'maxConnections must be a positive integer, got 1.5'],
  [{ flushAll: 'yes' as 'allow' }, "flushAll must be 'refuse' or 'allow', got yes"],
  [{ metaKeys: 'any' as 'text' }, "metaKeys must be 'text' or 'binary', got any"],
  [{ version: '1 2' }, 'version must be one word of printable ASCII'],
])('refuses the options %j', (options, message) => {
  const backend = createBackend({ pool: new MemoryPool() });
  expect(() => createMemcacheServer({ backend, ...options })).toThrow(message);
});
