import { once } from 'node:events';
import { createServer } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { checkLeaks } from '../src/check-leaks.ts';
import { startFaultProxy } from '../src/fault-proxy.ts';
import { startMemcached } from '../src/memcached-server.ts';
import { startRedis } from '../src/redis-server.ts';
import { TcpClient } from './tcp-client.ts';

const planted: (() => void)[] = [];

afterEach(() => {
  for (const undo of planted.splice(0)) undo();
});

describe('checkLeaks', () => {
  it('passes work that cleans up, and says how much memory moved', async () => {
    let runs = 0;
    const report = await checkLeaks(
      () => {
        runs += 1;
        clearTimeout(setTimeout(() => {}, 60_000));
        return Buffer.alloc(1024 * 1024);
      },
      { rounds: 3, warmup: 1 },
    );
    expect(runs).toBe(4);
    expect(report.growthBytes).toBeLessThan(1024 * 1024);
  });

  it('goes red on memory that is kept', async () => {
    const kept: unknown[] = [];
    const leak = checkLeaks(() => kept.push(Array.from({ length: 50_000 }, (_, index) => ({ index }))));
    await expect(leak).rejects.toMatchObject({
      code: 'ERR_TESTING_LEAK',
      message: expect.stringMatching(/After 5 rounds:\n- memory grew by \d+ bytes, allowed are 1048576/),
    });
    expect(kept).toHaveLength(7);
  });

  it('goes red on buffers that are kept outside the heap', async () => {
    const kept: Buffer[] = [];
    await expect(checkLeaks(() => kept.push(Buffer.alloc(1024 * 1024)))).rejects.toThrow(/memory grew by/);
    expect(kept).toHaveLength(7);
  });

  it('goes red on a server that stays open, and says where it was made', async () => {
    const leak = checkLeaks(
      async () => {
        const server = createServer();
        planted.push(() => server.close());
        server.listen(0);
        await once(server, 'listening');
      },
      { rounds: 2, settleMs: 50 },
    );
    await expect(leak).rejects.toThrow(/2 × TCPSERVERWRAP still open, made at .*check-leaks\.test\.ts/);
  });

  it('goes red on an unref’ed timer that was not cleared', async () => {
    const leak = checkLeaks(
      () => {
        const timer = setInterval(() => {}, 60_000);
        timer.unref();
        planted.push(() => clearInterval(timer));
      },
      { settleMs: 50 },
    );
    await expect(leak).rejects.toThrow(/5 × Timeout still open, made at .*check-leaks\.test\.ts/);
  });

  it('waits for handles that are about to close', async () => {
    const check = checkLeaks(() => {
      setTimeout(() => {}, 100).unref();
    });
    await expect(check).resolves.toBeDefined();
  });

  it('takes what the warm-up leaves open as meant', async () => {
    let timer: NodeJS.Timeout | undefined;
    const check = checkLeaks(() => {
      timer ??= setInterval(() => {}, 60_000);
    });
    await expect(check).resolves.toBeDefined();
    clearInterval(timer);
  });

  it('passes on what the work throws, and ends with its signal', async () => {
    await expect(checkLeaks(() => Promise.reject(new Error('work failed')))).rejects.toThrow('work failed');
    await expect(checkLeaks(() => {}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it.each([
    [{ rounds: 0 }, /rounds must be an integer of at least 1, got 0/],
    [{ warmup: -1 }, /warmup must be an integer of at least 0, got -1/],
    [{ maxGrowthBytes: -1 }, /maxGrowthBytes must be 0 or more, got -1/],
  ])('refuses %j and names the option', async (options, message) => {
    await expect(checkLeaks(() => {}, options)).rejects.toThrow(message);
  });
});

describe('this package', () => {
  it('leaves nothing behind itself', async () => {
    await checkLeaks(
      async () => {
        await using server = await startRedis();
        await using memcached = await startMemcached();
        await using proxy = await startFaultProxy({ to: server });
        proxy.delay({ upMs: 5 });
        const client = await new TcpClient(proxy.port).connected();
        client.send('PING\r\n');
        await expect.poll(() => client.text).toBe('+PONG\r\n');
        await memcached.freeze();
        await server.restart();
      },
      { rounds: 3, maxGrowthBytes: 2 * 1024 * 1024 },
    );
  });
});
