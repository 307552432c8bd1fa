import { createHash, randomBytes } from 'node:crypto';

import { describe, expect, it, onTestFinished } from 'vitest';

import { type FaultProxy, startFaultProxy } from '../src/fault-proxy.ts';
import { startRedis } from '../src/redis-server.ts';
import { type EchoServer, startEchoServer } from './echo-server.ts';
import { redis } from './redis-client.ts';
import { TcpClient } from './tcp-client.ts';

async function setUp(): Promise<{ echo: EchoServer; proxy: FaultProxy; client: TcpClient }> {
  const echo = await startEchoServer();
  const proxy = await startFaultProxy({ to: echo });
  onTestFinished(async () => {
    await proxy.close();
    await echo[Symbol.asyncDispose]();
  });
  return { echo, proxy, client: await new TcpClient(proxy.port).connected() };
}

describe('a proxy without faults', () => {
  it('carries a large transfer intact, both ways and with its end', async () => {
    const { client } = await setUp();
    const bytes = randomBytes(8 * 1024 * 1024);
    client.socket.end(bytes);
    await expect.poll(() => client.hasEnded, { timeout: 20_000 }).toBe(true);
    expect(sha1(client.received)).toBe(sha1(bytes));
  });

  it('makes the sender feel a receiver that does not read', async () => {
    const { client, echo } = await setUp();
    await expect.poll(() => echo.sockets.size).toBe(1);
    echo.pause();
    const bytes = randomBytes(32 * 1024 * 1024);
    client.send(bytes);
    // Two equal readings with bytes left: the proxy has stopped taking them.
    let last = -1;
    await expect
      .poll(
        () => {
          const isStuck = client.socket.bytesWritten > 0 && client.socket.writableLength === last;
          last = client.socket.writableLength;
          return isStuck && echo.receivedBytes < bytes.length && last > 0;
        },
        { interval: 200 },
      )
      .toBe(true);
    echo.resume();
    await expect.poll(() => client.received.length, { timeout: 20_000, interval: 200 }).toBe(bytes.length);
    expect(sha1(client.received)).toBe(sha1(bytes));
  });

  it('passes the end of one direction on while the other goes on', async () => {
    const { client, echo } = await setUp();
    client.socket.end('last words');
    await expect.poll(() => client.text).toBe('last words');
    await expect.poll(() => client.isClosed).toBe(true);
    await expect.poll(() => echo.sockets.size).toBe(0);
  });

  it('counts its connections', async () => {
    const { proxy, client } = await setUp();
    await expect.poll(() => proxy.connections).toBe(1);
    client.socket.destroy();
    await expect.poll(() => proxy.connections).toBe(0);
  });

  it('resets a client whose server cannot be reached, and serves it once it can', async () => {
    await using server = await startRedis();
    await using proxy = await startFaultProxy({ to: server });
    await server.stop();
    const client = new TcpClient(proxy.port);
    await expect.poll(() => client.isClosed).toBe(true);
    await server.restart();
    expect(await redis(proxy.port, 'PING')).toBe('+PONG\r\n');
  });

  it('closes the client when the server dies', async () => {
    await using server = await startRedis();
    await using proxy = await startFaultProxy({ to: server.url.replace('redis://', '') });
    const client = await new TcpClient(proxy.port).connected();
    client.send('PING\r\n');
    await expect.poll(() => client.text).toBe('+PONG\r\n');
    await server.kill();
    await expect.poll(() => client.isClosed).toBe(true);
  });

  it('closes its connections and its port, and closing twice is once', async () => {
    const { proxy, client } = await setUp();
    await Promise.all([proxy.close(), proxy.close()]);
    await expect.poll(() => client.isClosed).toBe(true);
    const late = new TcpClient(proxy.port);
    await expect.poll(() => late.errorCode).toBe('ECONNREFUSED');
    await expect(proxy.accept()).rejects.toMatchObject({ code: 'ERR_TESTING_CLOSED' });
  });

  it.each([
    ['nowhere', /to must be an address such as 127\.0\.0\.1:6379, got "nowhere"/],
    [{ host: '127.0.0.1', port: 0 }, /to\.port must be between 1 and 65535, got 0/],
  ])('refuses to stand in front of %j', async (to, message) => {
    await expect(startFaultProxy({ to })).rejects.toThrow(message);
  });
});

describe('cut, reset, refuse', () => {
  it('cut closes open connections and accepts new ones', async () => {
    const { proxy, client, echo } = await setUp();
    client.send('a');
    await expect.poll(() => client.text).toBe('a');
    proxy.cut();
    await expect.poll(() => client.isClosed).toBe(true);
    await expect.poll(() => echo.sockets.size).toBe(0);
    await expectEcho(proxy.port, 'new');
  });

  it('reset makes clients see ECONNRESET', async () => {
    const { proxy, client } = await setUp();
    client.send('a');
    await expect.poll(() => client.text).toBe('a');
    proxy.reset();
    await expect.poll(() => client.errorCode).toBe('ECONNRESET');
    await expectEcho(proxy.port, 'new');
  });

  it('refuse refuses new connections, spares open ones, and accept undoes it on the same port', async () => {
    const { proxy, client } = await setUp();
    await expect.poll(() => proxy.connections).toBe(1);
    await proxy.refuse();
    const refused = new TcpClient(proxy.port);
    await expect.poll(() => refused.errorCode).toBe('ECONNREFUSED');
    client.send('still here');
    await expect.poll(() => client.text).toBe('still here');
    await proxy.accept();
    await expectEcho(proxy.port, 'new');
  });
});

async function expectEcho(port: number, text: string): Promise<void> {
  const client = await new TcpClient(port).connected();
  client.send(text);
  await expect.poll(() => client.text).toBe(text);
  client.socket.destroy();
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}
