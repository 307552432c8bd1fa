import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { type StartedProxy, startProxy } from '../start-proxy.ts';
import { ScriptClient } from './script-client.ts';

let proxy: StartedProxy;

beforeAll(async () => {
  proxy = await startProxy();
});
afterAll(() => proxy[Symbol.asyncDispose]());
beforeEach(async () => {
  await proxy.pool.flushAll();
  proxy.writes.length = 0;
});

async function heard(script: string): Promise<unknown[]> {
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send(`${script}mn\r\n`);
  await client.readWhile(() => !client.text.endsWith('MN\r\n'));
  return proxy.writes.map((write) =>
    write.kind === 'set'
      ? [write.kind, write.key.toString(), write.value.toString(), write.flags, write.expiresAt > 0]
      : [write.kind, write.key.toString()],
  );
}

const SET = 'set a 0 0 1\r\n1\r\n';
const STORED = ['set', 'a', '1', 0, false];

it.each([
  ['ms a 1\r\nx\r\n', [['set', 'a', 'x', 0, false]]],
  ['ms a 1 F7 T60 q\r\nx\r\n', [['set', 'a', 'x', 7, true]]],
  ['ms a 1 T-1\r\nx\r\n', [['delete', 'a']]],
  ['ms a 1 MR\r\nx\r\n', []],
  [`${SET}ms a 1 ME\r\nx\r\n`, [STORED]],
  [`${SET}ms a 1 MA\r\nx\r\n`, [STORED, ['delete', 'a']]],
  [`${SET}ms a 1 C99999999999\r\nx\r\n`, [STORED]],
  [`${SET}ms a 1 C1 I\r\nx\r\n`, [STORED, ['delete', 'a']]],
  ['md a q\r\n', [['delete', 'a']]],
  [`${SET}md a I T30\r\n`, [STORED, ['delete', 'a']]],
  [`${SET}md a C99999999999\r\n`, [STORED]],
  [`${SET}ma a\r\nma no\r\n`, [STORED, ['delete', 'a']]],
  ['ma n N0\r\n', [['delete', 'n']]],
  [`${SET}mg a v\r\nmg a R30 v\r\n`, [STORED]],
  [`${SET}mg a T30 v\r\nmg no T30 v\r\n`, [STORED, ['delete', 'a']]],
  ['mg no N30 v\r\n', []],
  [`${SET}gats 60 a\r\ngat 60 a no\r\n`, [STORED, ['delete', 'a'], ['delete', 'a']]],
])('tells the hook of %j what other regions must do', async (script, expected) => {
  expect(await heard(script)).toEqual(expected);
});

it('keeps meta and classic commands on one key in their order', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  const rounds = Array.from({ length: 100 }, (_, index) => String(index).padStart(3, '0'));
  await client.send(
    rounds.map((text) => `ms k 3 q\r\n${text}\r\nget k\r\nmg k v\r\nset k 0 0 1 noreply\r\n-\r\nmg k v q\r\n`).join(''),
  );
  const replies = rounds.map((text) => `VALUE k 0 3\r\n${text}\r\nEND\r\nVA 3\r\n${text}\r\nVA 1\r\n-\r\n`).join('');
  await expect(client.receive(replies)).resolves.toBeUndefined();
});
