import { systemClock } from '@lockstep/core';
import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { MemcacheError } from '../../src/index.ts';
import { collectItem, collectStored } from '../../src/memjs/binary-answer.ts';
import { keyRequest, opcodes, storeRequest } from '../../src/memjs/binary-request.ts';
import { createMemjsServer, loadMemjs } from '../../src/memjs/memjs-module.ts';
import { MemjsSession } from '../../src/memjs/memjs-session.ts';
import { replyTo, startBinaryServer } from './binary-server.ts';

async function openSession(
  target: { host: string; port: number },
  numbers: { firstOpaque: number; opaqueCount?: number },
): Promise<MemjsSession> {
  const memjs = await loadMemjs();
  const options = { node: 'test', clock: systemClock, silenceMs: 20_000, maxValueBytes: 1_000_000, ...numbers };
  return new MemjsSession(memjs, createMemjsServer(memjs, target), options);
}

const closed = new MemcacheError('ERR_MEMCACHE_CLOSED', 'closed by the test');
const staying = { hasLeft: false };

it.each([2 ** 31 - 5, 2 ** 32 - 5])('counts on beyond call number %i', async (firstOpaque) => {
  await using server = await startMemcached();
  const session = await openSession(server, { firstOpaque });
  const keys = Array.from({ length: 10 }, (_, index) => `k${index}`);
  await Promise.all(keys.map((key) => session.call(storeRequest(opcodes.set, key, key), collectStored, staying)));
  const items = await Promise.all(keys.map((key) => session.call(keyRequest(opcodes.get, key), collectItem, staying)));
  expect(items.map((item) => item?.value.toString())).toEqual(keys);
  session.retire(closed);
});

it('passes over a number that is still waited for when the numbers start over', async () => {
  await using server = await startBinaryServer((socket, command) => {
    if (command.key !== 'slow') socket.write(replyTo(command, { value: command.key }));
  });
  const session = await openSession(server, { firstOpaque: 1, opaqueCount: 4 });
  const get = (key: string): Promise<unknown> => session.call(keyRequest(opcodes.get, key), collectItem, staying);
  const slow = get('slow').catch((error: unknown) => error);
  for (const key of ['a', 'b', 'c', 'd', 'e']) expect(await get(key)).toMatchObject({ value: Buffer.from(key) });
  const [first, ...others] = server.commands.map(({ opaque }) => opaque);
  expect(first).toBe(1);
  expect(others).not.toContain(1);
  expect(new Set(others).size).toBeLessThan(others.length);
  session.retire(closed);
  expect(await slow).toBe(closed);
});
