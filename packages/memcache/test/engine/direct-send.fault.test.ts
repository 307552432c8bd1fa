import { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';

import { expect, it, vi } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { type ScriptedServer, startScriptedServer } from '../scripted-server.ts';

/** Answers `HD` to everything, with the opaque number of the command. */
function startYesServer(): Promise<ScriptedServer> {
  return startScriptedServer((socket, line) => {
    const opaque = line.split(' ').at(-1)!;
    if (opaque.startsWith('O')) socket.write(`HD ${opaque}\r\n`);
  });
}

it('sends nothing of calls that make no sense to a server that it is connected to, and rejects each', async () => {
  await using server = await startYesServer();
  await using driver = createMetaDriver(server);
  await driver.set('first', 'v');
  const calls = [
    driver.get('a b'),
    driver.get(''),
    driver.set('k'.repeat(251), 'v'),
    driver.get('k', { timeoutMs: 0 }),
    driver.get('k', { timeoutMs: Number.NaN }),
    driver.set('k', 'v', { timeoutMs: -1 }),
    driver.set('k', 'v', { flags: -1 }),
    driver.set('k', 'v', { ttlSeconds: 0.5 }),
    driver.get('k', { signal: AbortSignal.abort(new Error('gone')) }),
    driver.set('k', 'v', { signal: AbortSignal.abort(new Error('gone')) }),
  ];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(calls.map(() => 'rejected'));
  await driver.set('last', 'v');
  expect(server.commands.filter((line) => line.startsWith('m')).map((line) => line.split(' ')[1])).toEqual([
    'first',
    'last',
  ]);
});

it('sends the same commands to a server that it is connected to as to one that it has yet to connect to', async () => {
  const call = async (driver: ReturnType<typeof createMetaDriver>): Promise<void> => {
    await Promise.all([
      driver.set('key', 'vvvvv'),
      driver.set('key', 'v', { flags: 5, ttlSeconds: 60 }),
      driver.add('key', 'v', { timeoutMs: 500 }),
      driver.cas('key', 'v', 12n, { orStale: true }),
      driver.set('ключ', 'v'),
      driver.set(Buffer.from('bytes'), 'v'),
      driver.append('key', ''),
    ]);
  };
  await using server = await startYesServer();
  await using driver = createMetaDriver(server);
  await call(driver);
  const early = server.commands.map((line) => line.replace(/ O\d+$/, ''));
  await call(driver);
  expect(server.commands.slice(early.length).map((line) => line.replace(/ O\d+$/, ''))).toEqual(early);
});

it('sends a read again, with its own opaque number, that was lost on its way out of a connection', async () => {
  let isLost = false;
  await using server = await startScriptedServer((socket, line) => {
    const [command, key, ...flags] = line.split(' ');
    if (key === 'lost' && !isLost) {
      isLost = true;
      socket.destroy();
    } else if (command === 'mg') socket.write(`VA ${key!.length} f0 ${flags.at(-1)!}\r\n${key!}\r\n`);
  });
  await using driver = createMetaDriver(server);
  await driver.get('first');
  const items = await Promise.all(['a', 'lost', 'b'].map((key) => driver.get(key)));
  expect(items.map((item) => item?.value.toString())).toEqual(['a', 'lost', 'b']);
});

it('sends no more than the bound on what waits allows', async () => {
  await using server = await startScriptedServer((socket, line) => {
    if (line.startsWith('mg first')) socket.write('EN\r\n');
  });
  await using driver = createMetaDriver(server, { maxQueueOps: 2, timeoutMs: 200 });
  await driver.get('first');
  const outcomes = await Promise.allSettled(['a', 'b', 'c'].map((key) => driver.get(key)));
  expect(outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason.code)).toEqual([
    'ERR_MEMCACHE_TIMEOUT',
    'ERR_MEMCACHE_TIMEOUT',
    'ERR_MEMCACHE_OVERLOADED',
  ]);
});

it.each([
  { flush: 'now', writes: ['first', 'second'] },
  { flush: 'turn', writes: ['first second'] },
] as const)('writes the first calls of two callbacks of a turn as flush: $flush says', async ({ flush, writes }) => {
  await using server = await startYesServer();
  await using driver = createMetaDriver(server, { flush });
  await driver.set('warm', 'v');
  const written: string[] = [];
  const { write } = Socket.prototype as { write: (...parts: unknown[]) => boolean };
  const spy = vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, ...parts: unknown[]) {
    // The driver uses the memory again.
    written.push(String(parts[0]));
    return Reflect.apply(write, this, parts);
  });
  try {
    await Promise.all(['first', 'second'].map((key) => setImmediate().then(() => driver.set(key, 'v'))));
  } finally {
    spy.mockRestore();
  }
  const stores = written.filter((text) => text.startsWith('ms '));
  expect(stores.map((text) => [...text.matchAll(/ms (\w+)/g)].map(([, key]) => key).join(' '))).toEqual(writes);
});
