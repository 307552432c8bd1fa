import { describe, expect, it } from 'vitest';

import { ask, type Endpoint } from '../src/ask.ts';
import { startMemcached } from '../src/memcached-server.ts';

function memcached(endpoint: Endpoint, command: string): Promise<string | undefined> {
  const isWhole = (reply: string): boolean => /(END|STORED|VERSION .*|HD|EN|MN)\r\n$/.test(reply);
  return ask(endpoint, { request: `${command}\r\n`, isWhole });
}

describe('startMemcached', () => {
  it('answers when the promise resolves', async () => {
    await using server = await startMemcached();
    expect(await memcached(server, 'version')).toMatch(/^VERSION 1\./);
    expect(server.address).toBe(`127.0.0.1:${server.port}`);
  });

  it('passes memory, threads and arguments on', async () => {
    await using server = await startMemcached({ memoryMb: 32, threads: 2, args: ['-I', '2m'] });
    const settings = await memcached(server, 'stats settings');
    expect(settings).toContain('STAT maxbytes 33554432\r\n');
    expect(settings).toContain('STAT num_threads 2\r\n');
    expect(settings).toContain('STAT item_size_max 2097152\r\n');
  });

  it('listens on a Unix socket instead when asked', async () => {
    await using server = await startMemcached({ unixSocket: true });
    expect(server.port).toBe(0);
    expect(server.address).toBe(server.socketPath);
    expect(await memcached({ path: server.address }, 'version')).toMatch(/^VERSION/);
  });

  it('waits for a server that speaks only the binary protocol', async () => {
    await using server = await startMemcached({ args: ['-B', 'binary'] });
    expect(server.isRunning).toBe(true);
  });

  it('comes back empty on the same port after a restart', async () => {
    await using server = await startMemcached();
    const { port, pid } = server;
    expect(await memcached(server, 'set k 0 0 1\r\nv')).toBe('STORED\r\n');
    await server.restart();
    expect(server.port).toBe(port);
    expect(server.pid).not.toBe(pid);
    expect(await memcached(server, 'get k')).toBe('END\r\n');
  });

  it.each([
    [{ memoryMb: 0 }, /memoryMb must be at least 1, got 0/],
    [{ threads: 1.5 }, /threads must be at least 1, got 1.5/],
  ])('refuses %j and names the option', async (options, message) => {
    await expect(startMemcached(options)).rejects.toThrow(message);
  });
});
