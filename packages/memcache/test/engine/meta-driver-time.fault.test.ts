import type { Socket } from 'node:net';

import { type Clock, systemClock } from '@lockstep/core';
import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

it('discards a late reply, and gives the next call its own', async () => {
  const held: (() => void)[] = [];
  await using server = await startScriptedServer((socket, line, index) => {
    const value = index === 0 ? 'late' : 'next';
    const reply = (): void => void socket.write(`VA 4 f0 O${opaqueOf(line)}\r\n${value}\r\n`);
    if (index === 0) held.push(reply);
    else {
      for (const release of held.splice(0)) release();
      reply();
    }
  });
  await using driver = createMetaDriver(server, { timeoutMs: 50, hardTimeoutMs: 20_000 });
  await expect(driver.get('slow')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
  expect((await driver.get('k', { timeoutMs: 10_000 }))?.value.toString()).toBe('next');
  expect(server.accepted).toBe(1);
});

it('keeps a slow connection as long as anything is received', async () => {
  let answering: NodeJS.Timeout | undefined;
  await using server = await startScriptedServer((socket, line) => {
    const bytes = `VA 9 f0 O${opaqueOf(line)}\r\n123456789\r\n`.split('');
    answering = setInterval(() => {
      const byte = bytes.shift();
      if (byte === undefined) clearInterval(answering);
      else socket.write(byte);
    }, 20);
  });
  await using driver = createMetaDriver(server, { timeoutMs: 10_000, hardTimeoutMs: 200 });
  expect((await driver.get('k'))?.value.toString()).toBe('123456789');
  expect(server.accepted).toBe(1);
});

it('drops a silent connection though the deadline of the call is later', async () => {
  await using server = await startScriptedServer(() => {});
  await using driver = createMetaDriver(server, { timeoutMs: 20_000, hardTimeoutMs: 100 });
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
});

it('never sends what the caller gave up before there was a connection', async () => {
  const greetings: (() => void)[] = [];
  await using server = await startScriptedServer(
    (socket, line) => void socket.write(line.startsWith('md') ? `NF O${opaqueOf(line)}\r\n` : 'EN\r\n'),
    (socket: Socket) => {
      const write = socket.write.bind(socket);
      // Holds the answer to `version` back until the test lets it go.
      socket.write = (bytes: string) => {
        if (!bytes.startsWith('VERSION')) return write(bytes);
        greetings.push(() => write(bytes));
        return true;
      };
    },
  );
  await using driver = createMetaDriver(server, { connectTimeoutMs: 20_000 });
  const controller = new AbortController();
  const aborted = driver.delete('aborted', { signal: controller.signal }).catch(codeOf);
  const late = driver.delete('late', { timeoutMs: 50 }).catch(codeOf);
  const kept = driver.delete('kept', { timeoutMs: 20_000 });
  expect(await late).toBe('ERR_MEMCACHE_TIMEOUT');
  controller.abort();
  expect(await aborted).toBe('20');
  await expect.poll(() => greetings.length).toBe(1);
  greetings[0]!();
  expect(await kept).toBe(false);
  expect(server.commands.map((line) => line.split(' ')[1])).toEqual(['kept']);
});

it('rejects with ERR_MEMCACHE_OVERLOADED at once above its bounds, in calls and in bytes', async () => {
  await using server = await startMemcached();
  await using byCalls = createMetaDriver(server, { maxQueueOps: 10 });
  const calls = await Promise.all(Array.from({ length: 15 }, () => byCalls.get('k').then(() => 'answered', codeOf)));
  expect(calls.filter((call) => call === 'answered')).toHaveLength(10);
  expect(calls.filter((call) => call === 'ERR_MEMCACHE_OVERLOADED')).toHaveLength(5);
  expect(await byCalls.getMany(Array.from({ length: 50 }, () => 'k'))).toHaveLength(50);
  await using byBytes = createMetaDriver(server, { maxQueueBytes: 5000 });
  const value = Buffer.alloc(2000);
  const stores = await Promise.all(
    Array.from({ length: 5 }, () => byBytes.set('k', value).then(() => 'stored', codeOf)),
  );
  expect(stores).toEqual(['stored', 'stored', 'stored', 'ERR_MEMCACHE_OVERLOADED', 'ERR_MEMCACHE_OVERLOADED']);
  await byBytes.set('k', value);
});

it('does not take a blocked event loop for a server that does not answer', async () => {
  await using server = await startMemcached();
  await using driver = createMetaDriver(server, { timeoutMs: 100, hardTimeoutMs: 100 });
  await driver.set('k', 'v');
  const read = driver.get('k');
  // The request goes out at the end of the turn; its answer is there before the loop turns again.
  await new Promise<void>((resolve) => process.nextTick(resolve));
  const until = performance.now() + 300;
  while (performance.now() < until);
  expect((await read)?.value.toString()).toBe('v');
});

it('does not spin when a server accepts, answers and hangs up', async () => {
  await using server = await startScriptedServer((socket) => socket.end());
  await using driver = createMetaDriver(server, { timeoutMs: 200 });
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  expect(driver.isUp).toBe(false);
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
});

it('leaves no timer behind when it is closed while the node is down', async () => {
  const live = new Set<object>();
  const clock: Clock = {
    ...systemClock,
    setTimer(callback, delayMs) {
      const timer = systemClock.setTimer(() => {
        live.delete(timer);
        callback();
      }, delayMs);
      live.add(timer);
      return {
        cancel() {
          live.delete(timer);
          timer.cancel();
        },
      };
    },
  };
  const driver = createMetaDriver({ host: '127.0.0.1', port: 1 }, { clock, random: () => 0.999 });
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
  expect(live.size).toBeGreaterThan(0);
  await driver.close();
  expect(live.size).toBe(0);
});
