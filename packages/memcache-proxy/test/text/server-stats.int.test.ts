import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { startProxy } from '../start-proxy.ts';
import { ScriptClient } from './script-client.ts';

async function statsOf(port: number, words = 'stats'): Promise<Map<string, string>> {
  await using client = await ScriptClient.open({ port });
  await client.send(`${words}\r\n`);
  await client.readWhile(() => !client.text.endsWith('END\r\n'));
  const lines = [...client.text.matchAll(/STAT (\S+) (.+)\r\n/g)];
  return new Map(lines.map(([, name, value]) => [name!, value!]));
}

const SCRIPT = [
  'set a 0 0 1\r\n1\r\nadd a 0 0 1\r\n2\r\ncas a 0 0 1 1\r\nx\r\ncas no 0 0 1 1\r\nx\r\nget a\r\nget no\r\nget a no a\r\ngets a\r\n',
  'incr a 1\r\nincr no 1\r\ndecr a 1\r\ndecr no 1\r\ntouch a 0\r\ntouch no 0\r\ngat 0 a\r\nmg a v\r\nmn\r\n',
  'delete a\r\ndelete a\r\nset b 0 0 2000000\r\n',
  `${'x'.repeat(2_000_000)}\r\n`,
  'version\r\n',
].join('');
const COUNTERS = [
  'cmd_get get_hits get_misses delete_hits delete_misses incr_hits incr_misses decr_hits decr_misses',
  'cas_misses cas_badval cas_hits touch_misses store_too_large cmd_flush',
]
  .join(' ')
  .split(' ');

it('counts what memcached counts', async () => {
  await using real = await startMemcached();
  await using proxy = await startProxy({ nodeCount: 1 });
  const counts: unknown[] = [];
  for (const port of [real.port, proxy.port]) {
    await using client = await ScriptClient.open({ port });
    await client.send(SCRIPT);
    await client.readWhile(() => !client.text.includes('VERSION'));
    const stats = await statsOf(port);
    counts.push(COUNTERS.map((name) => [name, stats.get(name)]));
  }
  expect(counts[1]).toEqual(counts[0]);
});

it('tells of itself and not of the nodes behind it', async () => {
  await using proxy = await startProxy({ nodeCount: 1 });
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send('set a 0 0 1\r\n1\r\nget a\r\n');
  await client.receive('STORED\r\nVALUE a 0 1\r\n1\r\nEND\r\n');
  const stats = await statsOf(proxy.port);
  expect(stats.get('pid')).toBe(String(process.pid));
  expect(stats.get('version')).toBe('1.6.18');
  expect(stats.get('curr_connections')).toBe('2');
  expect(stats.get('total_connections')).toBe('2');
  expect(stats.get('bytes_read')).toBe(String('set a 0 0 1\r\n1\r\nget a\r\nstats\r\n'.length));
  expect(stats.get('bytes_written')).toBe(String('STORED\r\nVALUE a 0 1\r\n1\r\nEND\r\n'.length));
  expect(stats.get('upstream_failures')).toBe('0');
  const settings = await statsOf(proxy.port, 'stats settings');
  expect(settings.get('tcpport')).toBe(String(proxy.port));
  expect(settings.get('flush_enabled')).toBe('no');
  await client.send('stats reset\r\n');
  await client.readWhile(() => !client.text.endsWith('RESET\r\n'));
  expect((await statsOf(proxy.port)).get('get_hits')).toBe('0');
});

it('counts the writes that the pool did not carry out', async () => {
  await using proxy = await startProxy({ nodeCount: 1, timeoutMs: 200 });
  await proxy.nodes[0]!.kill();
  await using client = await ScriptClient.open({ port: proxy.port });
  await client.send('set a 0 0 1\r\n1\r\n');
  await client.readWhile(() => !client.text.endsWith('\r\n'));
  expect(client.text).toMatch(/^SERVER_ERROR ERR_MEMCACHE_PROXY_WRITE_/);
  expect((await statsOf(proxy.port)).get('upstream_failures')).toBe('1');
});
