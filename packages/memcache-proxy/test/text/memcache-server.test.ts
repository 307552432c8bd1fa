import { Socket } from 'node:net';

import { afterEach, describe, expect, it, vi } from 'vitest';

import {
  createBackend,
  createMemcacheServer,
  type MemcacheServer,
  type MemcacheServerOptions,
} from '../../src/index.ts';
import { MemoryPool, poolError } from '../backend/memory-pool.ts';
import { ScriptClient } from './script-client.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function start(
  options: Partial<MemcacheServerOptions> = {},
): Promise<{ pool: MemoryPool; server: MemcacheServer; client: ScriptClient }> {
  const pool = new MemoryPool();
  const server = createMemcacheServer({ backend: createBackend({ pool }), ...options });
  const address = await server.listen({ port: 0 });
  const client = await ScriptClient.open({ port: 'port' in address ? address.port : 0 });
  closers.push(
    () => client[Symbol.asyncDispose](),
    () => server.close(),
  );
  return { pool, server, client };
}

/** A gate that holds every call of a pool back until it is opened. */
function hold(pool: MemoryPool): () => void {
  let open = (): void => {};
  pool.gate = new Promise((resolve) => (open = resolve));
  return open;
}

describe('a failing pool', () => {
  it('makes a read a miss and a write an error with its code', async () => {
    const { pool, client } = await start();
    pool.failure = poolError('ERR_MEMCACHE_TIMEOUT');
    await client.send(
      'get a b\r\ngets a\r\nset a 0 0 1\r\nx\r\ndelete a\r\nincr a 1\r\nset a 0 0 1 noreply\r\nx\r\nversion\r\n',
    );
    const failed = 'SERVER_ERROR ERR_MEMCACHE_PROXY_WRITE_UNKNOWN\r\n';
    await expect(
      client.receive(`END\r\nEND\r\n${failed}${failed}${failed}VERSION 1.6.18\r\n`),
    ).resolves.toBeUndefined();
  });

  it('misses only the keys of the node that is down', async () => {
    const { pool, client } = await start();
    await pool.set('up', Buffer.from('x'));
    const gets = pool.gets.bind(pool);
    vi.spyOn(pool, 'get').mockImplementation((key) =>
      key.toString() === 'up' ? gets(key) : Promise.reject(poolError('ERR_MEMCACHE_NODE_DOWN')),
    );
    await client.send('get down up\r\n');
    await expect(client.receive('VALUE up 0 1\r\nx\r\nEND\r\n')).resolves.toBeUndefined();
  });
});

describe('bounds', () => {
  it('takes no more requests while 128 keys are under way', async () => {
    const { pool, client } = await start();
    const open = hold(pool);
    const touched = vi.spyOn(pool, 'touch');
    const script = Array.from({ length: 500 }, (_, index) => `touch k${index} 1\r\n`).join('');
    await client.send(script);
    await vi.waitFor(() => expect(touched).toHaveBeenCalledTimes(128));
    await client.send('version\r\n');
    expect(touched).toHaveBeenCalledTimes(128);
    open();
    await expect(client.receive(`${'NOT_FOUND\r\n'.repeat(500)}VERSION 1.6.18\r\n`)).resolves.toBeUndefined();
  });

  it('stops reading from a client that does not take its replies, and goes on when it does', async () => {
    const { pool, client } = await start({ maxPendingBytes: 100_000 });
    await pool.set('k', Buffer.alloc(50_000, 'v'));
    const read = vi.spyOn(pool, 'get');
    client.socket.pause();
    const count = 2000;
    client.socket.write('get k\r\n'.repeat(count));
    let previous = -1;
    // What the system buffers is not ours to know; that it comes to a stop is.
    await vi.waitFor(
      () => {
        const calls = read.mock.calls.length;
        const isStill = calls > 0 && calls === previous;
        previous = calls;
        expect(isStill).toBe(true);
      },
      { timeout: 10_000, interval: 200 },
    );
    expect(previous).toBeLessThan(count);
    client.socket.resume();
    const replyBytes = 'VALUE k 0 50000\r\n\r\nEND\r\n'.length + 50_000;
    await client.readWhile(() => client.receivedBytes < count * replyBytes);
    expect(client.receivedBytes).toBe(count * replyBytes);
  });

  it.each(['maxValueBytes', 'maxLineBytes', 'maxReadLineBytes', 'maxPendingBytes', 'drainTimeoutMs'])(
    'refuses a %s of 0',
    (name) => {
      const backend = createBackend({ pool: new MemoryPool() });
      expect(() => createMemcacheServer({ backend, [name]: 0 })).toThrow(`${name} must be a positive integer, got 0`);
    },
  );
});

describe('lifetime', () => {
  it('answers what is under way before it closes, and nothing that came later', async () => {
    const { pool, server, client } = await start();
    const open = hold(pool);
    const set = vi.spyOn(pool, 'set');
    await client.send('set k 0 0 1\r\nx\r\n');
    await vi.waitFor(() => expect(set).toHaveBeenCalledOnce());
    const closed = server.close();
    await client.send('set later 0 0 1\r\nx\r\n');
    open();
    await closed;
    const reply = await client.readToEnd();
    expect(reply.toString()).toBe('STORED\r\n');
    expect(set).toHaveBeenCalledOnce();
    expect(server.address).toBeUndefined();
  });

  it('cuts a connection that is not done when the drain timeout is over', async () => {
    const { pool, server, client } = await start({ drainTimeoutMs: 20 });
    hold(pool);
    await client.send('get k\r\n');
    await server.close();
    expect((await client.readToEnd()).length).toBe(0);
  });

  it('answers a client that sent more than fits at once and then ended its side', async () => {
    const { client } = await start();
    client.socket.end('get k\r\n'.repeat(5000));
    const reply = await client.readToEnd();
    expect(reply.toString()).toBe('END\r\n'.repeat(5000));
  });

  it('closes idle connections at once, and twice does no harm', async () => {
    const { server, client } = await start();
    await vi.waitFor(() => expect(server.connections).toBe(1));
    await Promise.all([server.close(), server.close()]);
    await client.readToEnd();
    expect(server.connections).toBe(0);
  });

  it('refuses to listen after it was closed', async () => {
    const { server } = await start();
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_CLOSED' });
  });

  it('rejects with the error of the system when the port is taken, and can listen elsewhere then', async () => {
    const { server } = await start();
    const second = createMemcacheServer({ backend: createBackend({ pool: new MemoryPool() }) });
    closers.push(() => second.close());
    const taken = server.address as { port: number };
    await expect(second.listen({ port: taken.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await expect(second.listen({ port: 0 })).resolves.toMatchObject({ host: '127.0.0.1' });
  });

  it('survives a client that resets its connection with requests under way', async () => {
    const { pool, server, client } = await start();
    const open = hold(pool);
    await client.send('set k 0 0 1\r\nx\r\nget k\r\n');
    client.socket.resetAndDestroy();
    open();
    await vi.waitFor(() => expect(server.connections).toBe(0));
    await vi.waitFor(() => expect(pool.items.has('k')).toBe(true));
    await using next = await ScriptClient.open({ port: (server.address as { port: number }).port });
    await next.send('get k\r\n');
    await expect(next.receive('VALUE k 0 1\r\nx\r\nEND\r\n')).resolves.toBeUndefined();
  });
});

it('gathers the replies of a turn into one write', async () => {
  const { client } = await start();
  // Until some are answered it does not ask for so many at once.
  await client.send('get a\r\n'.repeat(16));
  await expect(client.receive('END\r\n'.repeat(16))).resolves.toBeUndefined();
  const write = vi.spyOn(Socket.prototype, 'write');
  try {
    client.socket.write('get a\r\n'.repeat(50));
    await expect(client.receive('END\r\n'.repeat(66))).resolves.toBeUndefined();
    // One is the client's own.
    expect(write).toHaveBeenCalledTimes(2);
  } finally {
    write.mockRestore();
  }
});
