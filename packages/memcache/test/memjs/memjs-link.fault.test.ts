import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { startMemcached } from '@lockstep/testing';
import { expect, it, onTestFinished } from 'vitest';

import { createMemjsDriver, createPool, type CommandMessage, type NodeMessage } from '../../src/index.ts';
import { createRing } from '@lockstep/hashring';
import { codeOf } from '../hammer.ts';
import { createManualClock } from '../pool/manual-clock.ts';
import { type BinaryServer, replyTo, startBinaryServer } from './binary-server.ts';

const connectionsOf = (server: BinaryServer): number =>
  new Set(server.commands.map(({ connection }) => connection)).size;

interface Messages {
  'lockstep:memcache:node': NodeMessage;
  'lockstep:memcache:command': CommandMessage;
}

/** The messages of a channel about one server. */
function listen<N extends keyof Messages>(channel: N, node: string): readonly Messages[N][] {
  const all: Messages[N][] = [];
  const take = (message: unknown): void => {
    if ((message as Messages[N]).node === node) all.push(message as Messages[N]);
  };
  subscribe(channel, take);
  onTestFinished(() => void unsubscribe(channel, take));
  return all;
}

it('leaves a server alone that hangs up: one connection, and the next after a while that grows', async () => {
  await using server = await startBinaryServer((socket) => socket.end());
  const clock = createManualClock();
  await using driver = createMemjsDriver({ ...server, clock, random: () => 0.5 });
  const codes: unknown[] = [];
  for (let count = 0; count < 200; count++) codes.push(await driver.get('k').catch(codeOf));
  expect(codes).toEqual(['ERR_MEMCACHE_CONNECTION_LOST', ...Array<string>(199).fill('ERR_MEMCACHE_NODE_DOWN')]);
  expect(driver.isUp).toBe(false);
  expect(connectionsOf(server)).toBe(1);
  clock.advance(37);
  expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_NODE_DOWN');
  expect(connectionsOf(server)).toBe(1);
  clock.advance(1);
  await expect.poll(() => connectionsOf(server)).toBe(2);
});

it('comes back by itself, without a call', async () => {
  let isWell = false;
  await using server = await startBinaryServer((socket, command) =>
    isWell ? socket.write(replyTo(command)) : socket.end(),
  );
  await using driver = createMemjsDriver(server);
  expect(await driver.delete('k').catch(codeOf)).toBe('ERR_MEMCACHE_CONNECTION_LOST');
  expect(driver.isUp).toBe(false);
  isWell = true;
  await expect.poll(() => driver.isUp).toBe(true);
  expect(await driver.delete('k')).toBe(true);
});

it('makes no more attempts once it is closed', async () => {
  await using server = await startBinaryServer((socket) => socket.end());
  const clock = createManualClock();
  const driver = createMemjsDriver({ ...server, clock });
  expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_CONNECTION_LOST');
  await driver.close();
  clock.advance(60_000);
  expect(await driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_CLOSED');
  expect(connectionsOf(server)).toBe(1);
});

it('tells that a node is up, down and up again, with the reason', async () => {
  await using server = await startMemcached();
  const messages = listen('lockstep:memcache:node', server.address);
  await using driver = createMemjsDriver({ host: server.host, port: server.port, timeoutMs: 300 });
  await driver.get('k');
  await server.kill();
  await expect.poll(() => driver.get('k').catch(codeOf)).toBe('ERR_MEMCACHE_NODE_DOWN');
  await server.restart();
  await expect.poll(() => driver.isUp).toBe(true);
  const states = messages.map(({ state }) => state);
  expect([states[0], states.includes('down'), states.at(-1)]).toEqual(['up', true, 'up']);
  expect(messages.find(({ state }) => state === 'down')?.error).toHaveProperty('code', 'ERR_MEMCACHE_NODE_DOWN');
});

it('tells command, duration and outcome of every call', async () => {
  await using server = await startMemcached();
  const messages = listen('lockstep:memcache:command', server.address);
  await using driver = createMemjsDriver(server);
  await driver.set('k', 'x');
  await driver.getMany(['k', 'l']);
  await driver.incr('k', 1n).catch(codeOf);
  await driver.batch([{ kind: 'delete', key: Buffer.from('k') }]);
  const controller = new AbortController();
  const aborted = driver.get('k', { signal: controller.signal }).catch(codeOf);
  controller.abort();
  await aborted;
  expect(messages.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
    'set ok',
    'get ok',
    'increment ERR_MEMCACHE_NOT_A_NUMBER',
    'batch ok',
    'get AbortError',
  ]);
  expect(messages.every(({ durationMs }) => durationMs >= 0 && durationMs < 10_000)).toBe(true);
});

it('counts what waits, for a pool too', async () => {
  await using server = await startBinaryServer(() => {});
  const ring = createRing([{ host: server.host, port: server.port }]);
  const driver = createMemjsDriver(server);
  await using pool = createPool({ ring, createDriver: () => driver });
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
  const call = pool.set('k', Buffer.alloc(1000), { timeoutMs: 300 }).catch(codeOf);
  await expect.poll(() => driver.queued?.ops).toBeGreaterThan(0);
  expect(driver.queued!.bytes).toBeGreaterThan(1000);
  expect(pool.nodes()).toMatchObject([{ up: true, queued: driver.queued }]);
  await call;
});
