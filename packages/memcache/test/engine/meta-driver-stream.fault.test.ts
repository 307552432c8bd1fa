import { startFaultProxy, startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { codeOf, fill, hammer, readAll } from '../hammer.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

const fast = { timeoutMs: 200, hardTimeoutMs: 300, connectTimeoutMs: 300 };

/** The driver's first reply on each connection, `VERSION 1.6.18`. */
const greetingBytes = 16;

it('never takes a reply for another one when bytes of the stream are lost under traffic', async () => {
  await using server = await startMemcached();
  await using direct = createMetaDriver(server);
  await fill(direct);
  const ranges = [1, 2, 8, 27, 300].flatMap((count) =>
    Array.from({ length: 8 }, (_, index) => ({ count, offset: greetingBytes + index * (7 + count) })),
  );
  const tallies = await Promise.all(
    ranges.map(async ({ offset, count }) => {
      await using proxy = await startFaultProxy({ to: server });
      proxy.dropBytes({ direction: 'down', offset, count });
      await using driver = createMetaDriver(proxy, fast);
      const tally = await hammer(driver, ({ codes }) => codes.size > 0);
      await proxy.heal();
      await expect.poll(() => driver.get('hammer-1').catch(codeOf), { timeout: 10_000 }).toHaveProperty('value');
      return { tally, after: await readAll(driver) };
    }),
  );
  expect(tallies.flatMap(({ tally, after }) => [...tally.wrong, ...after.wrong])).toEqual([]);
  const codes = new Set(tallies.flatMap(({ tally }) => [...tally.codes.keys()]));
  expect([...codes].filter((code) => !code.startsWith('ERR_MEMCACHE_'))).toEqual([]);
});

it('detects a whole reply that is lost, and answers no later call with its neighbour’s value', async () => {
  await using server = await startMemcached();
  await using direct = createMetaDriver(server);
  await Promise.all(['a', 'b', 'c', 'd'].map((key) => direct.set(key, key)));
  await using proxy = await startFaultProxy({ to: server });
  const reply = 'VA 1 f0 O0\r\na\r\n';
  proxy.dropBytes({ direction: 'down', offset: greetingBytes, count: reply.length });
  await using driver = createMetaDriver(proxy, fast);
  const reads = await Promise.allSettled(['a', 'b', 'c', 'd'].map((key) => driver.get(key)));
  expect(reads.map((read) => (read.status === 'rejected' ? codeOf(read.reason) : read.value))).toEqual(
    Array.from({ length: 4 }, () => 'ERR_MEMCACHE_PROTOCOL'),
  );
  await proxy.heal();
  await expect.poll(() => driver.get('b').catch(codeOf), { timeout: 10_000 }).toHaveProperty('value', Buffer.from('b'));
});

it('never believes a stream in which one byte of the framing has changed', async () => {
  await using server = await startMemcached();
  await using direct = createMetaDriver(server);
  // The proof is in the flags: nobody can tell a changed byte inside a value.
  const keys = Array.from({ length: 12 }, (_, index) => `flagged-${index}`);
  await Promise.all(keys.map((key, index) => direct.set(key, '', { flags: 100_000 + index })));
  const streamBytes = 'VA 0 f100000 O0\r\n\r\n'.length * 3;
  const reads = await Promise.all(
    Array.from({ length: greetingBytes + streamBytes }, async (_, offset) => {
      await using proxy = await startFaultProxy({ to: server });
      proxy.corruptByte({ direction: 'down', offset });
      await using driver = createMetaDriver(proxy, { ...fast, timeoutMs: 5000, hardTimeoutMs: 5000 });
      return Promise.all(keys.map((key) => driver.get(key).then((item) => item?.flags, codeOf)));
    }),
  );
  const isTrue = (answer: unknown, index: number): boolean =>
    answer === 100_000 + index || String(answer).startsWith('ERR_MEMCACHE_');
  expect(reads.flatMap((answers) => answers.filter((answer, index) => !isTrue(answer, index)))).toEqual([]);
  expect(reads.every((answers) => answers.some((answer) => typeof answer === 'string'))).toBe(true);
});

it('settles a half reply that is followed by silence, and keeps none of it for the next connection', async () => {
  await using server = await startScriptedServer((socket, line, index) => {
    if (index === 0) socket.write(`VA 200 f0 O${opaqueOf(line)}\r\n${'A'.repeat(100)}`);
    else socket.write(`VA 3 f0 O${opaqueOf(line)}\r\nBBB\r\n`);
  });
  await using driver = createMetaDriver(server, fast);
  await expect(driver.get('half')).rejects.toHaveProperty('code', 'ERR_MEMCACHE_TIMEOUT');
  await expect
    .poll(() => driver.get('next').catch(codeOf), { timeout: 10_000 })
    .toHaveProperty('value', Buffer.from('BBB'));
});

it('drops the connection after a reply that nobody asked for', async () => {
  await using server = await startScriptedServer((socket, line) => {
    socket.write(`EN\r\n${server.accepted === 1 ? `VA 1 f0 O${opaqueOf(line)}\r\nx\r\n` : ''}`);
  });
  await using driver = createMetaDriver(server, fast);
  expect(await driver.get('k')).toBeUndefined();
  await expect.poll(() => server.accepted).toBe(2);
  expect(await driver.get('k')).toBeUndefined();
});

it.each(['ERROR', 'CLIENT_ERROR bad data chunk', 'HELLO'])('drops the connection after %j', async (line) => {
  await using server = await startScriptedServer((socket) => socket.write(`${line}\r\nEN\r\nEN\r\n`));
  await using driver = createMetaDriver(server, fast);
  const reads = await Promise.all([1, 2, 3].map(() => driver.get('k').then(() => 'answered', codeOf)));
  expect(reads).toEqual(Array.from({ length: 3 }, () => 'ERR_MEMCACHE_PROTOCOL'));
});

it('rejects only the refused call after SERVER_ERROR', async () => {
  await using server = await startScriptedServer((socket, line, index) => {
    const miss = line.startsWith('get ') ? 'END' : 'EN';
    socket.write(`${index === 1 ? 'SERVER_ERROR no luck' : miss}\r\n`);
  });
  await using driver = createMetaDriver(server, fast);
  const reads = await Promise.all([1, 2, 3].map(() => driver.get('k').then(() => 'answered', codeOf)));
  expect(reads).toEqual(['answered', 'ERR_MEMCACHE_SERVER', 'answered']);
  await expect(driver.getMany(['a', 'b'])).resolves.toEqual([undefined, undefined]);
});
