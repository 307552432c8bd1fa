import { describe, expect, it, onTestFinished } from 'vitest';

import { type FaultProxy, startFaultProxy } from '../src/fault-proxy.ts';
import { type EchoServer, startEchoServer } from './echo-server.ts';
import { TcpClient } from './tcp-client.ts';

async function setUp(): Promise<{ echo: EchoServer; proxy: FaultProxy; client: TcpClient }> {
  const echo = await startEchoServer();
  const proxy = await startFaultProxy({ to: echo });
  onTestFinished(async () => {
    await proxy.close();
    await echo[Symbol.asyncDispose]();
  });
  const client = await new TcpClient(proxy.port).connected();
  await expect.poll(() => echo.sockets.size).toBe(1);
  return { echo, proxy, client };
}

async function elapsedMs(client: TcpClient, text: string): Promise<number> {
  const before = client.received.length;
  const startedAt = performance.now();
  client.send(text);
  await expect.poll(() => client.received.length, { interval: 5 }).toBe(before + text.length);
  return performance.now() - startedAt;
}

describe('delay', () => {
  it('delivers each direction later, on open and on new connections', async () => {
    const { proxy, client } = await setUp();
    proxy.delay({ upMs: 100, downMs: 50 });
    expect(await elapsedMs(client, 'open')).toBeGreaterThanOrEqual(150);
    const fresh = await new TcpClient(proxy.port).connected();
    expect(await elapsedMs(fresh, 'fresh')).toBeGreaterThanOrEqual(150);
  });

  it('delays the end of a connection like its bytes', async () => {
    const { proxy, client } = await setUp();
    proxy.delay({ upMs: 100, downMs: 50 });
    const startedAt = performance.now();
    client.socket.end();
    await expect.poll(() => client.hasEnded, { interval: 5 }).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(150);
  });

  it('delays only the direction that was named', async () => {
    const { proxy, client, echo } = await setUp();
    proxy.delay({ downMs: 60_000 });
    client.send('up is fast');
    await expect.poll(() => echo.receivedBytes).toBe(10);
    expect(client.text).toBe('');
  });

  it('keeps the order, also while the delay changes', async () => {
    const { proxy, client } = await setUp();
    const parts = Array.from({ length: 40 }, (_, index) => `${index},`);
    for (const [index, part] of parts.entries()) {
      proxy.delay({ upMs: (index * 37) % 50, downMs: (index * 13) % 20 });
      client.send(part);
      await new Promise((turn) => setImmediate(turn));
    }
    await expect.poll(() => client.text).toBe(parts.join(''));
  });

  it('is a delay line: the sender is through with everything before the first byte arrives', async () => {
    const { proxy, client, echo } = await setUp();
    proxy.delay({ upMs: 3000 });
    const size = 16 * 1024 * 1024;
    const arrivedWhenSent = await new Promise((done) => {
      client.socket.write(Buffer.alloc(size), () => done(echo.receivedBytes));
    });
    expect(arrivedWhenSent).toBe(0);
    await expect.poll(() => client.received.length, { timeout: 20_000, interval: 100 }).toBe(size);
  });

  it('lets go of what it holds when it is healed', async () => {
    const { proxy, client, echo } = await setUp();
    proxy.delay({ upMs: 60_000 });
    client.send('held');
    // The end cannot overtake the bytes.
    client.socket.end();
    await expect.poll(() => client.socket.writableFinished).toBe(true);
    expect(echo.receivedBytes).toBe(0);
    await proxy.heal();
    await expect.poll(() => client.text).toBe('held');
    await expect.poll(() => client.hasEnded).toBe(true);
  });
});

describe('halfOpen', () => {
  it('accepts and never answers, and delivers after heal', async () => {
    const { proxy, client, echo } = await setUp();
    proxy.halfOpen();
    const fresh = await new TcpClient(proxy.port).connected();
    client.send('open');
    fresh.send('fresh');
    await expect.poll(() => proxy.connections).toBe(2);
    // An unaffected round trip later, they still have nothing.
    const direct = await new TcpClient(echo.port).connected();
    await elapsedMs(direct, 'direct');
    expect([client.text, fresh.text, echo.receivedBytes]).toEqual(['', '', 6]);
    await proxy.heal();
    await expect.poll(() => [client.text, fresh.text]).toEqual(['open', 'fresh']);
  });

  it('does not tell the client that the server has gone', async () => {
    const { proxy, client, echo } = await setUp();
    proxy.halfOpen();
    for (const socket of echo.sockets) socket.end();
    await expect.poll(() => [...echo.sockets].every((socket) => socket.writableFinished)).toBe(true);
    expect(client.hasEnded).toBe(false);
    await proxy.heal();
    await expect.poll(() => client.hasEnded).toBe(true);
  });

  it('can be cut', async () => {
    const { proxy } = await setUp();
    proxy.halfOpen();
    const fresh = await new TcpClient(proxy.port).connected();
    await expect.poll(() => proxy.connections).toBe(2);
    proxy.cut();
    await expect.poll(() => [proxy.connections, fresh.isClosed]).toEqual([0, true]);
  });
});

describe('throttle', () => {
  it('lets no more than the given bytes through per second', async () => {
    const { proxy, client } = await setUp();
    proxy.throttle({ bytesPerSecond: 100_000 });
    // A twentieth of a second's worth may pass at once.
    expect(await elapsedMs(client, 'x'.repeat(55_000))).toBeGreaterThanOrEqual(500);
  });

  it('limits each direction for itself', async () => {
    const { proxy, client, echo } = await setUp();
    proxy.throttle({ bytesPerSecond: 100_000 });
    const startedAt = performance.now();
    client.send('x'.repeat(30_000));
    await expect.poll(() => echo.receivedBytes, { interval: 5 }).toBe(30_000);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(250);
    for (const socket of echo.sockets) socket.write('y'.repeat(30_000));
    await expect.poll(() => client.received.length, { interval: 5 }).toBe(60_000);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(550);
  });

  it('shares the rate among the connections', async () => {
    const { proxy, client } = await setUp();
    const fresh = await new TcpClient(proxy.port).connected();
    proxy.throttle({ bytesPerSecond: 100_000 });
    const times = await Promise.all([elapsedMs(client, 'x'.repeat(27_500)), elapsedMs(fresh, 'y'.repeat(27_500))]);
    expect(Math.max(...times)).toBeGreaterThanOrEqual(500);
  });

  it('lets the rest through at once when it is healed', async () => {
    const { proxy, client } = await setUp();
    proxy.throttle({ bytesPerSecond: 1 });
    client.send('z'.repeat(10_000));
    await expect.poll(() => client.received.length).toBeGreaterThan(0);
    await proxy.heal();
    await expect.poll(() => client.received.length).toBe(10_000);
  });
});

describe('dropBytes and corruptByte', () => {
  it('drops bytes of one direction at an absolute offset of every connection', async () => {
    const { proxy, client } = await setUp();
    client.send('012');
    await expect.poll(() => client.text).toBe('012');
    proxy.dropBytes({ direction: 'up', offset: 4, count: 2 });
    client.send('3456789');
    await expect.poll(() => client.text).toBe('01236789');
    const fresh = await new TcpClient(proxy.port).connected();
    fresh.send('0123456789');
    await expect.poll(() => fresh.text).toBe('01236789');
  });

  it('inverts one byte of one direction', async () => {
    const { proxy, client } = await setUp();
    proxy.corruptByte({ direction: 'down', offset: 1 });
    client.send('abc');
    await expect.poll(() => [...client.received]).toEqual([0x61, 0x62 ^ 0xff, 0x63]);
  });

  it('ends with heal', async () => {
    const { proxy, client } = await setUp();
    proxy.dropBytes({ direction: 'down', offset: 0, count: 100 });
    proxy.corruptByte({ direction: 'up', offset: 1 });
    await proxy.heal();
    client.send('abc');
    await expect.poll(() => client.text).toBe('abc');
  });
});

describe('a fault with a bad setting', () => {
  it('is refused by name', async () => {
    const { proxy } = await setUp();
    expect(() => proxy.delay({ upMs: -1 })).toThrow(/upMs must be 0 or more, got -1/);
    expect(() => proxy.throttle({ bytesPerSecond: 0 })).toThrow(/bytesPerSecond must be positive, got 0/);
    expect(() => proxy.dropBytes({ direction: 'up', offset: -1, count: 1 })).toThrow(/offset must be 0 or more/);
    expect(() => proxy.dropBytes({ direction: 'up', offset: 0, count: 0 })).toThrow(/count must be at least 1/);
  });
});
