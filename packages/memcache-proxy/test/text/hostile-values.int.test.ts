import { afterAll, beforeAll, expect, it } from 'vitest';

import { ScriptClient } from './script-client.ts';
import { type StartedProxy, startProxy } from '../start-proxy.ts';

let proxy: StartedProxy;

beforeAll(async () => {
  proxy = await startProxy({ nodeCount: 1, server: { metaKeys: 'binary' } });
});
afterAll(() => proxy[Symbol.asyncDispose]());

const attack = 'set victim 0 0 4\r\nPWND';
/** Keys that look like something else in a command, and the same in base64. */
const names = ['b', 'v', 'O1', 'q', '1', 'S2', 'MN', 'get', 'AAEC', '-1'];
const stores = [
  ...names.flatMap((name) => [
    `ms ${name} ${attack.length}\r\n${attack}\r\n`,
    `ms ${name} ${attack.length} k c F5 T0\r\n${attack}\r\n`,
    `ms ${Buffer.from(name).toString('base64')} ${attack.length} b k\r\n${attack}\r\n`,
    `set ${name} 0 0 ${attack.length}\r\n${attack}\r\n`,
    `append ${name} 0 0 ${attack.length}\r\n${attack}\r\n`,
  ]),
  // The line end first: what follows it would be a line of its own.
  `ms b ${attack.length + 4}\r\n\r\n${attack}\r\n\r\n`,
  `ms b 0\r\n\r\n`,
];

it.each(stores)('has a real memcached carry out nothing that is in the value of %j', async (store) => {
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send('set victim 0 0 5\r\nalive\r\n', store, 'get victim\r\nmn\r\n');
  await client.readWhile(() => !client.text.endsWith('MN\r\n'));
  const [first, answer, ...rest] = client.text.split('\r\n');
  expect(first).toBe('STORED');
  expect(answer).toMatch(/^(?:HD|STORED)\b/);
  expect(rest).toEqual(['VALUE victim 0 5', 'alive', 'END', 'MN', '']);
});
