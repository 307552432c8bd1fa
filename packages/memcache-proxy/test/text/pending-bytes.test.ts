import { setTimeout as pause } from 'node:timers/promises';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { createBackend, createMemcacheServer, type MemcacheServerOptions } from '../../src/index.ts';
import { MemoryPool } from '../backend/memory-pool.ts';
import { ScriptClient } from './script-client.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Started {
  readonly pool: MemoryPool;
  readonly open: () => Promise<ScriptClient>;
}

async function start(options: Partial<MemcacheServerOptions>): Promise<Started> {
  const pool = new MemoryPool();
  const server = createMemcacheServer({ backend: createBackend({ pool }), ...options });
  const address = await server.listen({ port: 0 });
  closers.push(() => server.close());
  const open = async (): Promise<ScriptClient> => {
    const client = await ScriptClient.open({ port: 'port' in address ? address.port : 0 });
    closers.push(() => client[Symbol.asyncDispose]());
    return client;
  };
  return { pool, open };
}

const VALUE_BYTES = 1_000_000;
const CLIENTS = 4;
const pipelined = 'get k\r\n'.repeat(128);
const many = `get${' k'.repeat(128)}\r\n`;

/** Has values of the pool be bytes of their own each time, as those that come from memcached. */
function copyValues(pool: MemoryPool): void {
  const read = async (): Promise<{ value: Buffer; flags: number }> => ({ value: Buffer.alloc(VALUE_BYTES), flags: 0 });
  vi.spyOn(pool, 'get').mockImplementation(read);
  vi.spyOn(pool, 'getMany').mockImplementation((keys) => Promise.all(keys.map(read)));
  vi.spyOn(pool, 'getManyOutcomes').mockImplementation((keys) => Promise.all(keys.map(read)));
}

/** How much memory the values have that are held for clients that take nothing. */
async function heldBytes({ open }: Started, clients: readonly ScriptClient[], request: string): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  for (const client of clients) {
    client.socket.pause();
    await client.send(request);
  }
  await using other = await open();
  for (let round = 1; round <= 20; round += 1) {
    await other.send('version\r\n');
    await other.readWhile(() => other.receivedBytes < round * 'VERSION 1.6.18\r\n'.length);
  }
  return process.memoryUsage().arrayBuffers - before;
}

describe('clients that ask for much and take nothing', () => {
  it.each([
    ['one by one', pipelined],
    ['at once', many],
  ])('cost little more than the bound when the size of values is known, asked %s', async (_, request) => {
    const started = await start({});
    copyValues(started.pool);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => started.open()));
    for (const client of clients) {
      await client.send('get k\r\n'.repeat(16));
      await client.readWhile(() => client.receivedBytes < 16 * VALUE_BYTES);
    }
    expect((await heldBytes(started, clients, request)) / CLIENTS).toBeLessThan(12 * VALUE_BYTES);
  });

  it.each([
    ['one by one', pipelined],
    ['at once', many],
  ])('cost a few values each when the size is not known, asked %s', async (_, request) => {
    const started = await start({});
    copyValues(started.pool);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => started.open()));
    expect((await heldBytes(started, clients, request)) / CLIENTS).toBeLessThan(30 * VALUE_BYTES);
  });

  it('cost no time while they are waited for', async () => {
    const started = await start({});
    copyValues(started.pool);
    const client = await started.open();
    client.socket.pause();
    await client.send(pipelined);
    // What they asked for is read from the pool first.
    await expect.poll(() => vi.mocked(started.pool.get).mock.calls.length).toBeGreaterThan(1);
    await pause(300);
    const before = performance.eventLoopUtilization();
    await pause(300);
    expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.5);
  });
});

it.each([4096, 1])('answers all of a pipeline when at most %i bytes may be pending', async (maxPendingBytes) => {
  const { pool, open } = await start({ maxPendingBytes });
  await pool.set('k', Buffer.alloc(3000, 'v'));
  const client = await open();
  await client.send('get k\r\n'.repeat(20), `get${' k'.repeat(100)}\r\n`);
  const value = `VALUE k 0 3000\r\n${'v'.repeat(3000)}\r\n`;
  await expect(client.receive(`${value}END\r\n`.repeat(20) + `${value.repeat(100)}END\r\n`)).resolves.toBeUndefined();
});
