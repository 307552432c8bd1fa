import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { type CommandMessage, createMetaDriver, type NodeMessage } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { startScriptedServer } from '../scripted-server.ts';

interface Messages {
  'lockstep:memcache:node': NodeMessage;
  'lockstep:memcache:command': CommandMessage;
}

/** Collects the messages of a channel about one node until it is disposed of. */
function listen<N extends keyof Messages>(name: N, node: string): Disposable & { readonly all: Messages[N][] } {
  const all: Messages[N][] = [];
  const take = (message: unknown): void => {
    if ((message as Messages[N]).node === node) all.push(message as Messages[N]);
  };
  subscribe(name, take);
  return { all, [Symbol.dispose]: () => void unsubscribe(name, take) };
}

it('tells that a node is up, down and up again, with the reason', async () => {
  await using server = await startMemcached();
  using messages = listen('lockstep:memcache:node', server.address);
  await using driver = createMetaDriver(server, { timeoutMs: 300, connectTimeoutMs: 300 });
  await driver.get('k');
  await server.kill();
  await expect.poll(() => driver.isUp).toBe(false);
  await server.restart();
  await expect.poll(() => driver.isUp).toBe(true);
  const states = messages.all.map(({ state }) => state);
  expect([states[0], states.includes('down'), states.at(-1)]).toEqual(['up', true, 'up']);
  expect(messages.all.find(({ state }) => state === 'down')?.error).toHaveProperty(
    'code',
    'ERR_MEMCACHE_CONNECTION_LOST',
  );
});

it('tells nothing of a connection that is replaced at once, nor of further attempts that fail', async () => {
  let isGone = false;
  await using server = await startScriptedServer(
    (socket) => socket.write('EN\r\n'),
    (socket) => {
      if (isGone) socket.destroy();
    },
  );
  using messages = listen('lockstep:memcache:node', `${server.host}:${server.port}`);
  await using driver = createMetaDriver(server, { random: () => 0 });
  for (let connections = 1; connections <= 4; connections++) {
    expect(await driver.get('k')).toBeUndefined();
    await expect.poll(() => server.accepted).toBe(connections);
    if (connections < 4) server.dropAll();
  }
  expect(messages.all.map(({ state }) => state)).toEqual(['up']);
  isGone = true;
  server.dropAll();
  await expect.poll(() => server.accepted).toBeGreaterThan(7);
  expect(driver.isUp).toBe(false);
  isGone = false;
  await expect.poll(() => driver.isUp).toBe(true);
  expect(messages.all.map(({ state }) => state)).toEqual(['up', 'down', 'up']);
});

it('tells command, duration and outcome of every call', async () => {
  await using server = await startMemcached();
  using messages = listen('lockstep:memcache:command', server.address);
  await using driver = createMetaDriver(server);
  await driver.set('k', 'x');
  await driver.get('k');
  await driver.incr('k', 1n).catch(codeOf);
  await driver.batch([{ kind: 'set', key: Buffer.from('k'), value: Buffer.from('v'), flags: 0, expiresAt: 0 }]);
  const remove = (key: string) => ({ kind: 'delete' as const, key: Buffer.from(key) });
  await driver.batch([remove('k')]);
  await driver.batch([remove('k'), remove('l')]);
  await driver.batch([remove('k'), remove('l')], { quiet: true });
  await driver.getMany(['k', 'l']);
  const controller = new AbortController();
  const aborted = driver.get('k', { signal: controller.signal }).catch(codeOf);
  controller.abort();
  await aborted;
  await driver.version();
  expect(messages.all.map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
    'ms ok',
    'mg ok',
    'ma ERR_MEMCACHE_NOT_A_NUMBER',
    'batch ok',
    'batch ok',
    'batch ok',
    'batch ok',
    'get ok',
    'mg AbortError',
    'version ok',
  ]);
  expect(messages.all.every(({ durationMs }) => durationMs >= 0 && durationMs < 10_000)).toBe(true);
});

it('tells nothing to nobody', async () => {
  await using server = await startMemcached();
  const messages = listen('lockstep:memcache:command', server.address);
  messages[Symbol.dispose]();
  await using driver = createMetaDriver(server);
  await driver.get('k');
  expect(messages.all).toEqual([]);
});
