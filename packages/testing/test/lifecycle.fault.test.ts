import { describe, expect, it } from 'vitest';

import { startMemcached } from '../src/memcached-server.ts';
import { startRedis } from '../src/redis-server.ts';
import { redis } from './redis-client.ts';
import { TcpClient } from './tcp-client.ts';

describe('freeze and thaw', () => {
  it('makes requests hang until the server is thawed', async () => {
    await using server = await startRedis();
    const client = await new TcpClient(server.port).connected();
    await server.freeze();
    client.send('PING\r\n');
    // The kernel still accepts for a frozen process, but no answer comes.
    expect(await redis(server.port, 'PING')).toBeUndefined();
    expect(client.text).toBe('');
    await server.thaw();
    await expect.poll(() => client.text).toBe('+PONG\r\n');
    client.socket.destroy();
  });

  it.each([
    ['redis', () => startRedis()],
    ['memcached', () => startMemcached()],
  ])('does not keep %s from being stopped, restarted or closed', async (_name, start) => {
    await using server = await start();
    await server.freeze();
    await server.stop();
    expect(server.isRunning).toBe(false);
    await server.restart();
    await server.freeze();
    await server.restart();
    await server.freeze();
    const { pid } = server;
    await server.close();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('is refused with ERR_TESTING_NOT_RUNNING when the server has ended', async () => {
    await using server = await startMemcached();
    await server.kill();
    await expect(server.freeze()).rejects.toMatchObject({ code: 'ERR_TESTING_NOT_RUNNING' });
    await expect(server.thaw()).rejects.toMatchObject({ code: 'ERR_TESTING_NOT_RUNNING' });
  });
});

describe('restart', () => {
  it('keeps the data of a Redis without persistence, for this one time', async () => {
    await using server = await startRedis();
    const { port, pid } = server;
    expect(await redis(port, 'SET k v')).toBe('+OK\r\n');
    await server.restart();
    expect(server.pid).not.toBe(pid);
    expect(await redis(port, 'GET k')).toBe('$1\r\nv\r\n');
    await server.kill();
    await server.restart();
    expect(await redis(port, 'GET k')).toBe('$-1\r\n');
  });

  it('keeps what an append-only Redis had written when it was killed', async () => {
    await using server = await startRedis({ appendonly: true });
    expect(await redis(server.port, 'SET k v')).toBe('+OK\r\n');
    await server.kill();
    expect(server.isRunning).toBe(false);
    await server.restart();
    expect(await redis(server.port, 'GET k')).toBe('$1\r\nv\r\n');
  });

  it('waits until an append-only Redis has loaded its data', async () => {
    await using server = await startRedis({ appendonly: true, config: { 'key-load-delay': '50' } });
    expect(await redis(server.port, `EVAL "for i=1,8000 do redis.call('SET','k'..i,i) end" 0`)).toBe('$-1\r\n');
    await server.restart();
    expect(await redis(server.port, 'DBSIZE')).toBe(':8000\r\n');
  });

  it.each([{ appendonly: true }, { appendonly: false }])('drops the data when asked, with %j', async (options) => {
    await using server = await startRedis(options);
    expect(await redis(server.port, 'SET k v')).toBe('+OK\r\n');
    await server.restart({ keepData: false });
    expect(await redis(server.port, 'GET k')).toBe('$-1\r\n');
  });

  it('rejects with ERR_TESTING_SAVE_FAILED when a Redis cannot save what it should keep', async () => {
    await using server = await startRedis({ config: { 'rename-command': 'SAVE ""' } });
    await expect(server.restart()).rejects.toMatchObject({ code: 'ERR_TESTING_SAVE_FAILED' });
  });

  it('is refused with ERR_TESTING_CLOSED after close', async () => {
    const server = await startMemcached();
    await Promise.all([server.close(), server.close()]);
    await expect(server.restart()).rejects.toMatchObject({ code: 'ERR_TESTING_CLOSED' });
    await server.stop();
    await server.kill();
  });

  it('is given up when the server is closed meanwhile', async () => {
    const server = await startRedis();
    const [restarted] = await Promise.allSettled([server.restart(), server.close()]);
    expect(restarted).toMatchObject({ status: 'rejected', reason: { code: 'ERR_TESTING_CLOSED' } });
    expect(server.isRunning).toBe(false);
  });

  it('takes calls in the order they were made', async () => {
    await using server = await startMemcached();
    await Promise.all([server.kill(), server.restart(), server.stop(), server.restart()]);
    expect(server.isRunning).toBe(true);
  });
});

describe('isRunning', () => {
  it('notices a server that somebody else killed', async () => {
    await using server = await startRedis();
    process.kill(server.pid, 'SIGKILL');
    await expect.poll(() => server.isRunning).toBe(false);
    await server.restart();
    expect(await redis(server.port, 'PING')).toBe('+PONG\r\n');
  });
});
