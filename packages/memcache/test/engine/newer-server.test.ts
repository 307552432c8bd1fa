import type { Socket } from 'node:net';

import { startMemcached } from '@lockstep/testing';
import { describe, expect, it } from 'vitest';

import { connectMeta, createMetaDriver, type MemcacheDriver } from '../../src/index.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

const unsupported = { code: 'ERR_MEMCACHE_UNSUPPORTED' };

/** Answers `HD` to every command that has an opaque number; the data block of an `ms` has none. */
function confirm(socket: Socket, line: string): void {
  if (opaqueOf(line) !== 'none') socket.write(`HD f3 c9 t60 O${opaqueOf(line)}\r\n`);
}

/** Every call that needs more than memcached 1.6.18. */
const newerCalls: readonly [string, string, (driver: MemcacheDriver) => Promise<unknown>][] = [
  ['explicitCas (memcached 1.6.27 or newer)', 'ms k 1 E7 O', (driver) => driver.set('k', 'v', { explicitCas: 7n })],
  ['explicitCas (memcached 1.6.27 or newer)', 'ms k 1 ME E7 O', (driver) => driver.add('k', 'v', { explicitCas: 7n })],
  [
    'explicitCas (memcached 1.6.27 or newer)',
    'ms k 1 MR E7 O',
    (driver) => driver.replace('k', 'v', { explicitCas: 7n }),
  ],
  [
    'explicitCas (memcached 1.6.27 or newer)',
    'ms k 1 C5 E7 O',
    (driver) => driver.cas('k', 'v', 5n, { explicitCas: 7n }),
  ],
  ['explicitCas (memcached 1.6.27 or newer)', 'md k I E7 O', (driver) => driver.markStale('k', { explicitCas: 7n })],
  ['conditionalGet (memcached 1.6.40 or newer)', 'mg k C5 v f c t O', (driver) => driver.read('k', { unlessCas: 5n })],
];

describe('a driver on memcached 1.6.18', () => {
  it.each(newerCalls)('rejects what needs %s before it is sent: %s', async (feature, _command, call) => {
    await using server = await startScriptedServer(confirm);
    await using driver = createMetaDriver(server);
    const message = expect.stringContaining(`version 1.6.18 has no ${feature}`);
    // The first call waits for the connection, and the version comes with it.
    await expect(call(driver)).rejects.toMatchObject({ ...unsupported, message });
    await expect(call(driver)).rejects.toMatchObject({ ...unsupported, message });
    expect(server.commands).toEqual([]);
  });

  it('says so in its capabilities, and goes on', async () => {
    await using server = await startMemcached();
    await using driver = await connectMeta(server);
    expect(driver.capabilities).toMatchObject({ explicitCas: false, conditionalGet: false, lease: true, stale: true });
    await expect(driver.set('k', 'v', { explicitCas: 7n })).rejects.toMatchObject(unsupported);
    await driver.set('k', 'v');
    // 1.6.18 would take no notice of the CAS value to compare and send the value.
    await expect(driver.read('k', { unlessCas: (await driver.read('k')).cas })).rejects.toMatchObject(unsupported);
    expect((await driver.get('k'))?.value.toString()).toBe('v');
  });

  it('does not count a refused call as one that waits', async () => {
    await using server = await startMemcached();
    await using driver = createMetaDriver(server, { maxQueueOps: 10 });
    for (let index = 0; index < 30; index++) {
      await expect(driver.set('k', 'v', { explicitCas: 7n })).rejects.toMatchObject(unsupported);
    }
    await driver.set('k', 'v');
  });
});

describe('a driver on memcached 1.6.45', () => {
  const startNewer = (): ReturnType<typeof startScriptedServer> =>
    startScriptedServer(confirm, undefined, () => '1.6.45');

  it.each(newerCalls)('sends what needs %s as %s', async (_feature, command, call) => {
    await using server = await startNewer();
    await using driver = createMetaDriver(server);
    await call(driver);
    expect(server.commands.find((line) => line !== 'v')).toMatch(new RegExp(`^${command}\\d+$`));
  });

  it('has the newer capabilities once it is connected, and not before', async () => {
    await using server = await startNewer();
    await using driver = createMetaDriver(server);
    expect(driver.capabilities).toMatchObject({ explicitCas: false, conditionalGet: false });
    await driver.delete('k');
    expect(driver.capabilities).toMatchObject({ explicitCas: true, conditionalGet: true });
  });

  it('reads as unchanged what has the CAS value of the caller', async () => {
    await using server = await startNewer();
    await using driver = createMetaDriver(server);
    expect(await driver.read('k', { unlessCas: 9n })).toEqual({
      status: 'unchanged',
      flags: 3,
      cas: 9n,
      ttlSeconds: 60,
      mustRefresh: false,
      isRefreshing: false,
    });
  });
});

it('goes by the version of the server that it is connected to now', async () => {
  let version = '1.6.45';
  await using server = await startScriptedServer(
    (socket, line) => (line.startsWith('md bye') ? socket.destroy() : confirm(socket, line)),
    undefined,
    () => version,
  );
  await using driver = createMetaDriver(server);
  await driver.markStale('k', { explicitCas: 7n });
  version = '1.6.26';
  await expect(driver.delete('bye')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_CONNECTION_LOST');
  await driver.delete('k');
  expect(driver.capabilities).toMatchObject({ explicitCas: false });
  await expect(driver.markStale('k', { explicitCas: 7n })).rejects.toMatchObject(unsupported);
});
