import { expect, it } from 'vitest';

import { createMetaDriver } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { opaqueOf, startScriptedServer } from '../scripted-server.ts';

const large = Buffer.alloc(100_000, 'L');

it('falls back to its first connection when it cannot get a second one, and fails no call', async () => {
  let isFull = false;
  await using server = await startScriptedServer(
    (socket, line) => {
      if (line.startsWith('ms') || line.startsWith('md')) socket.write(`HD O${opaqueOf(line)}\r\n`);
      else if (line.startsWith('mg')) socket.write('EN\r\n');
      else if (line.startsWith('get')) socket.write('END\r\n');
    },
    (socket) => {
      if (isFull) socket.destroy();
    },
  );
  await using driver = createMetaDriver(server, { random: () => 0.999 });
  await driver.get('small');
  isFull = true;
  const calls = [
    driver.set('large', large),
    driver.delete('large'),
    driver.set('large', large),
    driver.set('small', 'v'),
    driver.getMany(['small', 'large']),
    driver.set('small', 'w'),
  ];
  await Promise.all(calls);
  expect(driver.isUp).toBe(true);
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
  const onLarge = server.commands.filter((line) => /^\w+ (?:small )?large/.test(line)).map((line) => line.slice(0, 3));
  expect(onLarge).toEqual(['ms ', 'md ', 'ms ', 'get']);
  expect(server.commands.filter((line) => / small/.test(line)).at(-1)).toMatch(/^ms small /);
  await driver.set('large', large);
});

it('rejects what neither connection can take, once and with ERR_MEMCACHE_NODE_DOWN', async () => {
  await using server = await startScriptedServer(
    () => {},
    (socket) => void socket.destroy(),
  );
  await using driver = createMetaDriver(server, { random: () => 0.999 });
  const calls = [driver.set('large', large), driver.get('small'), driver.get('large')];
  const outcomes = await Promise.all(calls.map((call) => call.catch(codeOf)));
  expect(new Set(outcomes)).toEqual(new Set(['ERR_MEMCACHE_NODE_DOWN']));
  expect(driver.queued).toEqual({ ops: 0, bytes: 0 });
});
