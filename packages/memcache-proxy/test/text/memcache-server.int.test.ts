import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { createMemcacheServer } from '../../src/index.ts';
import { ScriptClient } from './script-client.ts';
import { type StartedProxy, startProxy } from '../start-proxy.ts';

let proxy: StartedProxy;

beforeAll(async () => {
  proxy = await startProxy();
});
afterAll(() => proxy[Symbol.asyncDispose]());

it('lets a pipelined get see every write before it on the connection, and none after it', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  const rounds = Array.from({ length: 200 }, (_, index) => String(index));
  const script = rounds.map((text) => `set ryw 0 0 ${text.length} noreply\r\n${text}\r\nget ryw\r\n`).join('');
  await client.send(`${script}delete ryw noreply\r\nget ryw\r\n`);
  const seen = rounds.map((text) => `VALUE ryw 0 ${text.length}\r\n${text}\r\nEND\r\n`).join('');
  await expect(client.receive(`${seen}END\r\n`)).resolves.toBeUndefined();
});

it('keeps incr, get, delete and add of one key in their order', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send(
    'set n 0 0 1\r\n1\r\nincr n 1\r\nget n other\r\ndelete n\r\nget n\r\nadd n 0 0 1\r\n9\r\nincr n 1\r\n',
  );
  await expect(
    client.receive('STORED\r\n2\r\nVALUE n 0 1\r\n2\r\nEND\r\nDELETED\r\nEND\r\nSTORED\r\n10\r\n'),
  ).resolves.toBeUndefined();
});

it('answers in the order of the requests although they run on three nodes at once', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  const keys = Array.from({ length: 100 }, (_, index) => `order-${index}`);
  await client.send(keys.map((key) => `set ${key} 0 0 ${key.length}\r\n${key}\r\n`).join(''));
  await expect(client.receive('STORED\r\n'.repeat(100))).resolves.toBeUndefined();
  await using reader = await ScriptClient.open({ port: proxy.port });
  await reader.send(keys.map((key) => `get ${key}\r\n`).join(''), `get ${keys.join(' ')}\r\n`);
  const values = keys.map((key) => `VALUE ${key} 0 ${key.length}\r\n${key}\r\n`);
  await expect(
    reader.receive(`${values.map((value) => `${value}END\r\n`).join('')}${values.join('')}END\r\n`),
  ).resolves.toBeUndefined();
});

it('compares the CAS value that gets returned', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send('set c 0 0 1\r\n1\r\ngets c\r\n');
  await client.readWhile(() => !client.text.endsWith('END\r\n'));
  const cas = /VALUE c 0 1 (\d+)\r\n/.exec(client.text)?.[1];
  const before = client.text;
  await client.send(`cas c 0 0 1 ${cas}\r\n2\r\ncas c 0 0 1 ${cas}\r\n3\r\nget c\r\n`);
  await expect(client.receive(`${before}STORED\r\nEXISTS\r\nVALUE c 0 1\r\n2\r\nEND\r\n`)).resolves.toBeUndefined();
});

it('answers what came before the client ended its side', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  client.socket.end('set half 0 0 1\r\nx\r\nget half\r\nget ha');
  const reply = await client.readToEnd();
  expect(reply.toString()).toBe('STORED\r\nVALUE half 0 1\r\nx\r\nEND\r\n');
});

it('carries a value of a megabyte that trickles in, byte for byte', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  const value = Buffer.alloc(1_000_000, 'abc\r\n\0');
  await client.send(`set big 3 0 ${value.length}\r\n`);
  for (let at = 0; at < value.length; at += 9973) await client.send(value.subarray(at, at + 9973));
  await client.send('\r\nget big\r\n');
  await expect(
    client.receive(`STORED\r\nVALUE big 3 1000000\r\n${value.toString('latin1')}\r\nEND\r\n`),
  ).resolves.toBeUndefined();
});

it('has gats answer a miss for what another client is to refresh, and for a lease', async () => {
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send('set g 0 0 1\r\nx\r\n', 'md g I\r\n', 'gats 60 g\r\n', 'gats 60 g\r\n');
  await client.send('mg lease N30 v\r\n', 'gats 60 lease\r\n', 'set void 0 0 0\r\n\r\n', 'gats 60 void\r\n', 'mn\r\n');
  await client.readWhile(() => !client.text.endsWith('MN\r\n'));
  const text = client.text.replaceAll(/^(VALUE \S+ \d+ \d+) \d+/gm, '$1');
  const lease = 'VA 0 W\r\n\r\nEND\r\n';
  expect(text).toBe(
    `STORED\r\nHD\r\nEND\r\nVALUE g 0 1\r\nx\r\nEND\r\n${lease}STORED\r\nVALUE void 0 0\r\n\r\nEND\r\nMN\r\n`,
  );
});

it('serves a unix socket', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-proxy-'));
  try {
    await using server = createMemcacheServer({ backend: proxy.backend });
    const path = join(dir, 'proxy.sock');
    await expect(server.listen({ path })).resolves.toEqual({ path });
    await using client = await ScriptClient.open({ path });
    await client.send('set unix 0 0 1\r\nx\r\nget unix\r\n');
    await expect(client.receive('STORED\r\nVALUE unix 0 1\r\nx\r\nEND\r\n')).resolves.toBeUndefined();
  } finally {
    await rm(dir, { recursive: true });
  }
});

it('hands a delayed flush_all on to the nodes, which drop nothing before its time', async () => {
  await using server = createMemcacheServer({ backend: proxy.backend, flushAll: 'allow' });
  const address = await server.listen({ port: 0 });
  await using client = await ScriptClient.open({ port: 'port' in address ? address.port : 0 });
  await client.send('set f 0 0 1\r\nx\r\nflush_all 1000\r\nget f\r\nflush_all\r\nget f\r\n');
  await expect(client.receive('STORED\r\nOK\r\nVALUE f 0 1\r\nx\r\nEND\r\nOK\r\nEND\r\n')).resolves.toBeUndefined();
});
