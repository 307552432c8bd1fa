import type { Socket } from 'node:net';

import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { connectMeta, createMetaDriver } from '../../src/index.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

/** Answers every text `get` with these lines, and nothing else. */
function answering(...lines: string[]): (socket: Socket, line: string) => void {
  return (socket, line) => {
    if (line.startsWith('get ')) socket.write(lines.map((text) => `${text}\r\n`).join(''));
  };
}

it('sends one text get for all keys', async () => {
  await using server = await startScriptedServer(answering('VALUE b 7 3', 'two', 'END'));
  await using driver = createMetaDriver(server);
  expect(await driver.getMany(['a', 'b', 'c'])).toEqual([
    undefined,
    { value: Buffer.from('two'), flags: 7 },
    undefined,
  ]);
  expect(server.commands).toEqual(['get a b c']);
});

it('cuts a long list of keys into commands of at most 16 KiB', async () => {
  await using server = await startMemcached();
  await using watched = await startScriptedServer((socket) => socket.write('END\r\n'));
  await using driver = createMetaDriver(watched);
  await using real = await connectMeta(server);
  const keys = Array.from({ length: 500 }, (_, index) => `${index}`.padStart(250, '0'));
  expect(await driver.getMany(keys)).toEqual(keys.map(() => undefined));
  expect(watched.commands.flatMap((line) => line.slice('get '.length).split(' '))).toEqual(keys);
  expect(Math.max(...watched.commands.map((line) => line.length))).toBeLessThanOrEqual(16 * 1024 + 'get '.length);
  expect(watched.commands.length).toBe(8);
  await Promise.all(keys.map((key) => real.set(key, `value of ${key}`)));
  expect((await real.getMany(keys)).map((item) => item?.value.toString())).toEqual(
    keys.map((key) => `value of ${key}`),
  );
});

it.each([
  ['of a key that was not asked for', ['VALUE x 0 1', 'x', 'END']],
  ['of the key of another call', ['VALUE other 0 1', 'x', 'END']],
  ['in another order', ['VALUE b 0 1', 'x', 'VALUE a 0 1', 'x', 'END']],
  ['of a damaged key', ['VALUE \u0001 0 1', 'x', 'END']],
  ['of the meta protocol', ['VA 1 f0 O0', 'x', 'END']],
  ['that is a meta miss', ['EN']],
])('rejects with ERR_MEMCACHE_PROTOCOL at a reply %s, and drops the connection', async (_what, lines) => {
  await using server = await startScriptedServer(answering(...lines));
  await using driver = createMetaDriver(server);
  const calls = [driver.getMany(['a', 'b']), driver.get('other')];
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes).toMatchObject(calls.map(() => ({ reason: { code: 'ERR_MEMCACHE_PROTOCOL' } })));
});

it('does not take an END of a text get for the answer to another call', async () => {
  await using server = await startScriptedServer(answering('END', 'END'));
  await using driver = createMetaDriver(server);
  const outcomes = await Promise.allSettled([driver.getMany(['a']), driver.get('b')]);
  expect(outcomes[0]).toMatchObject({ value: [undefined] });
  expect(outcomes[1]).toMatchObject({ reason: { code: 'ERR_MEMCACHE_PROTOCOL' } });
});

it('rejects all keys when the server breaks off in the middle, and goes on', async () => {
  await using server = await startScriptedServer((socket, line, index) => {
    if (index === 0) socket.write('VALUE a 0 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\n');
    else socket.write(`EN O${opaqueOf(line)}\r\n`);
  });
  await using driver = createMetaDriver(server);
  await expect(driver.getMany(['a', 'b'])).rejects.toHaveProperty('code', 'ERR_MEMCACHE_SERVER');
  expect(await driver.get('c')).toBeUndefined();
  expect(server.accepted).toBe(1);
});

it('reads only empty values again, to tell them from leases', async () => {
  await using server = await startScriptedServer((socket, line) => {
    if (line.startsWith('get ')) socket.write('VALUE a 0 1\r\nx\r\nVALUE b 5 0\r\n\r\nVALUE c 0 0\r\n\r\nEND\r\n');
    else socket.write(`VA 0 f5 O${opaqueOf(line)}${line.startsWith('mg c ') ? ' Z' : ''}\r\n\r\n`);
  });
  await using driver = createMetaDriver(server);
  expect(await driver.getMany(['a', 'b', 'c'])).toEqual([
    { value: Buffer.from('x'), flags: 0 },
    { value: Buffer.alloc(0), flags: 5 },
    undefined,
  ]);
  expect(server.commands.map((line) => line.split(' O')[0])).toEqual(['get a b c', 'mg b v f', 'mg c v f']);
});

it('counts every key of a text get against the bound on what waits', async () => {
  await using server = await startScriptedServer(() => {});
  await using driver = createMetaDriver(server, { maxQueueOps: 100, timeoutMs: 300 });
  const first = driver.getMany(Array.from({ length: 100 }, (_, index) => `k${index}`)).catch((error: unknown) => error);
  await expect(driver.get('k')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_OVERLOADED');
  expect(await first).toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
});

it('keeps to the time limit of the call in both of its requests', async () => {
  await using server = await startScriptedServer((socket, line) => {
    if (line.startsWith('get ')) socket.write('VALUE a 0 0\r\n\r\nEND\r\n');
  });
  await using driver = createMetaDriver(server);
  const before = performance.now();
  await expect(driver.getMany(['a'], { timeoutMs: 200 })).rejects.toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
  expect(performance.now() - before).toBeLessThan(1000);
});
