import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ask } from '../src/ask.ts';
import { startRedis } from '../src/redis-server.ts';
import { isReply, redis } from './redis-client.ts';

describe('startRedis', () => {
  it('answers when the promise resolves', async () => {
    await using server = await startRedis();
    expect(await redis(server.port, 'PING')).toBe('+PONG\r\n');
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
    expect(server.isRunning).toBe(true);
  });

  it('keeps nothing on disk unless asked', async () => {
    await using server = await startRedis();
    expect(await redis(server.port, 'CONFIG GET appendonly')).toContain('no');
    expect(await redis(server.port, 'CONFIG GET save')).toContain('$0\r\n');
  });

  it('passes any directive on, also one of several words', async () => {
    const config = { maxmemory: '32mb', 'client-output-buffer-limit': 'pubsub 1mb 1mb 10', requirepass: 'secret' };
    await using server = await startRedis({ config });
    expect(await redis(server.port, 'GET k')).toMatch(/^-NOAUTH/);
    expect(await redis(server.port, 'AUTH secret')).toBe('+OK\r\n');
  });

  it('listens on a Unix socket too when asked', async () => {
    await using server = await startRedis({ unixSocket: true });
    const path = server.socketPath ?? 'none';
    expect(await ask({ path }, { request: 'PING\r\n', isWhole: isReply })).toBe('+PONG\r\n');
    expect(await redis(server.port, 'PING')).toBe('+PONG\r\n');
  });

  it('removes its own directory on close', async () => {
    const server = await startRedis({ unixSocket: true, appendonly: true });
    const dir = dirname(server.socketPath ?? '');
    expect(await readdir(dir)).toContain('redis.sock');
    await server.close();
    await expect(readdir(dir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('uses a given port and directory, and leaves the directory to its owner', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'owner-'));
    try {
      const first = await startRedis({ dir, appendonly: true });
      expect(await redis(first.port, 'SET k kept')).toBe('+OK\r\n');
      await first.close();
      await using second = await startRedis({ dir, port: first.port, appendonly: true });
      expect(second.port).toBe(first.port);
      expect(await redis(second.port, 'GET k')).toBe('$4\r\nkept\r\n');
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('leaves a dump that it did not write in the given directory', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'owner-'));
    try {
      const writer = await startRedis({ dir });
      expect(await redis(writer.port, 'SET k dumped')).toBe('+OK\r\n');
      expect(await redis(writer.port, 'SAVE')).toBe('+OK\r\n');
      await writer.close();
      await writeFile(join(dir, 'notes'), 'mine');
      await using reader = await startRedis({ dir });
      expect(await redis(reader.port, 'GET k')).toBe('$6\r\ndumped\r\n');
      expect(await readdir(dir)).toEqual(['dump.rdb', 'notes']);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it('keeps the last lines that the server printed', async () => {
    await using server = await startRedis();
    expect(server.output()).toContain('Ready to accept connections');
    await server.stop();
    expect(server.output()).toContain('Redis is now ready to exit');
  });

  it.each([
    [{ port: 0 }, /port must be between 1 and 65535, got 0/],
    [{ timeoutMs: -1 }, /timeoutMs must be positive, got -1/],
    [{ config: { 'save\nport': '1' } }, /"save\\nport" is not the name of a directive/],
    [{ config: { save: 'a\nb' } }, /the value of save must be one line/],
  ])('refuses %j and names the option', async (options, message) => {
    await expect(startRedis(options)).rejects.toThrow(message);
  });
});
