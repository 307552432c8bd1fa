import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { journalKeys, shardOf } from '@lockstep/replication';
import { connectRedis, createLogger } from '@lockstep/service-kit';
import { describe, expect, it, vi } from 'vitest';

import { type ProxyProcess, startProxyProcess } from './fixtures/proxy-process.ts';
import { readAtOnce, readCount } from './fixtures/read-at-once.ts';

/** Sends all of it, and resolves with everything that comes back before the proxy closes. */
async function ask(port: number, script: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  let reply = '';
  socket.on('data', (text: string) => (reply += text));
  socket.write(Buffer.from(`${script}quit\r\n`, 'latin1'));
  await once(socket, 'close');
  return reply;
}

async function metric({ url }: ProxyProcess, pattern: RegExp): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text.split('\n').filter((line) => pattern.test(line) && !line.startsWith('#'));
}

describe('what the topology says of limits, values and keys', () => {
  it('is what both faces do', async () => {
    await using proxy = await startProxyProcess({
      proxy: `      limits:
        rate: { perAddress: 100000, headers: always }
        batch: { maxOps: 2 }
      values:
        longKeys: refuse
        contentFlags: { types: { 48: application/vnd.acme+json } }
        compression: { gzip: 0x2 }
        cacheControl: true
      metaKeys: binary`,
    });
    const { url, memcachedPort } = proxy;
    const put = await fetch(`${url}/v1/cache/typed?ttl=60`, {
      method: 'PUT',
      body: '{}',
      headers: { 'content-type': 'application/vnd.acme+json' },
    });
    expect(put.status).toBe(204);
    expect(put.headers.get('ratelimit')).toContain('"address"');
    const typed = await fetch(`${url}/v1/cache/typed`);
    expect(typed.headers.get('content-type')).toBe('application/vnd.acme+json');
    expect(typed.headers.get('cache-control')).toMatch(/^max-age=\d+$/);
    // As another client compresses it: the flag says so, and HTTP gets the text.
    const zipped = gzipSync('plain text');
    const stored = await ask(
      memcachedPort,
      `set zipped 2 0 ${zipped.length}\r\n${zipped.toString('latin1')}\r\nms AAECIA== 3 b\r\nbin\r\nmg AAECIA== b v k\r\n`,
    );
    expect(stored).toBe('STORED\r\nHD\r\nVA 3 kAAECIA== b\r\nbin\r\n');
    expect(await (await fetch(`${url}/v1/cache/zipped`)).text()).toBe('plain text');
    for (const path of ['/v1/cache/', '/v1/nodes/']) {
      const long = await fetch(`${url}${path}${'k'.repeat(3000)}`);
      expect([path, long.status, await long.json()]).toMatchObject([path, 400, { code: 'ERR_MEMCACHE_PROXY_BAD_KEY' }]);
    }
    const batch = await fetch(`${url}/v1/cache?keys=a,b,c`);
    expect([batch.status, await batch.json()]).toMatchObject([413, { code: 'ERR_MEMCACHE_PROXY_BATCH_TOO_LARGE' }]);
  });

  it.each([
    ['says nothing', 'idleTimeoutMs: 300', 'idle_kicks'],
    ['takes none of its replies', 'slowClientTimeoutMs: 300, maxPendingBytes: 65536', 'slow_clients'],
  ])('has the memcached face cut off who %s', async (_, limits, counter) => {
    await using proxy = await startProxyProcess({ proxy: `      limits: { ${limits} }` });
    const value = 'v'.repeat(500_000);
    await expect(ask(proxy.memcachedPort, `set k 0 0 ${value.length}\r\n${value}\r\n`)).resolves.toBe('STORED\r\n');
    const socket = connect(proxy.memcachedPort, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause().write('get k\r\n'.repeat(100));
    if (counter === 'idle_kicks') socket.resume();
    await expect
      .poll(() => ask(proxy.memcachedPort, 'stats\r\n'), { timeout: 15_000 })
      .toMatch(new RegExp(`STAT ${counter} 1\\r`));
    socket.destroy();
  });

  it('keeps the journal within its bounds', async () => {
    await using proxy = await startProxyProcess({ region: '    journal: { maxStreamBytes: 16 }' });
    const logger = createLogger({ name: 'test', level: 'silent' });
    const client = connectRedis({ url: proxy.redis.url, name: 'test', logger });
    for (const body of ['one', 'two']) {
      expect((await fetch(`${proxy.url}/v1/cache/user:1`, { method: 'PUT', body })).status).toBe(204);
    }
    const { stream, dirty } = journalKeys('east', shardOf(Buffer.from('user:1'), 16));
    // The first write filled the stream; of the second the key is noted.
    await expect.poll(() => client.exists(dirty), { timeout: 10_000 }).toBe(1);
    await expect(client.xlen(stream)).resolves.toBe(1);
    client.disconnect();
  });

  it('knows the versions of rows for as long as it says', async () => {
    await using proxy = await startProxyProcess({
      region: '    versions: { keepMs: 2 }',
      classes: '  - { prefix: "row:", policy: replicate-versioned }',
    });
    const logger = createLogger({ name: 'test', level: 'silent' });
    const client = connectRedis({ url: proxy.redis.url, name: 'test', logger });
    // Of two generations each has half of the time: with each write the newer one becomes the older one.
    const hasOlder = async (): Promise<boolean> => {
      expect((await fetch(`${proxy.url}/v1/cache/row:1`, { method: 'PUT', body: 'x' })).status).toBe(204);
      return (await client.keys('{lockstep:versions:east:*}:older')).length > 0;
    };
    await expect.poll(hasOlder, { timeout: 10_000 }).toBe(true);
    client.disconnect();
  });

  it('limits routes, believes the header that it names, and gives nodes their names', async () => {
    await using proxy = await startProxyProcess({
      proxy: `      limits:
        rate: { perRoute: { "GET /v1/cache/:key": { max: 1, by: all } } }
        batch: { maxPendingReplyBytes: 4 }
      trustedProxies: [127.0.0.1]
      forwardedHeader: forwarded
      bans: [192.0.2.7]`,
    });
    const { url } = proxy;
    const statusOf = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
      (await fetch(url + path, { headers })).status;
    expect(await statusOf('/v1/nodes/k', { forwarded: 'for=192.0.2.7' })).toBe(403);
    expect(await statusOf('/v1/nodes/k', { 'x-forwarded-for': '192.0.2.7' })).toBe(200);
    const lines = (await (await fetch(`${url}/v1/nodes/k`)).text()).trimEnd().split('\n');
    const names = lines.map((line) => (JSON.parse(line) as { node: string }).node);
    expect(names.toSorted()).toEqual(['east-1', 'east-2', 'east-3']);
    expect([await statusOf('/v1/cache/a'), await statusOf('/v1/cache/b')]).toEqual([404, 429]);
    await fetch(`${url}/v1/cache/long`, { method: 'PUT', body: 'longer than that' });
    const batch = await (await fetch(`${url}/v1/cache?keys=long`)).text();
    expect(JSON.parse(batch)).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_OVERLOADED' });
  });

  it('answers every error as a problem, also those of no route, and has no fast lane', async () => {
    await using proxy = await startProxyProcess({ proxy: '      fastLane: false' });
    const asked: readonly (readonly [string, string])[] = [
      ['GET', '/nowhere'],
      ['OPTIONS', '/v1/cache/a'],
      ['GET', '/v1/cache/%zz'],
      ['GET', '/v1/nodes/%zz'],
    ];
    for (const [method, path] of asked) {
      const response = await fetch(proxy.url + path, { method });
      expect([path, response.headers.get('content-type')]).toEqual([path, 'application/problem+json']);
      expect(await response.json()).toMatchObject({ type: 'about:blank', status: response.status });
    }
    await fetch(`${proxy.url}/v1/cache/k`, { method: 'PUT', body: 'value' });
    expect(await readAtOnce(proxy, 'k')).toBeLessThan(readCount);
  });

  it('is left to the defaults where there is nothing: long keys are hashed, and limits are told to the refused', async () => {
    await using proxy = await startProxyProcess({ proxy: '      limits: { rate: { perAddress: 3 } }' });
    const path = `/v1/cache/${'k'.repeat(8000)}`;
    const put = await fetch(proxy.url + path, { method: 'PUT', body: 'long' });
    expect([put.status, put.headers.get('ratelimit')]).toEqual([204, null]);
    const get = await fetch(proxy.url + path);
    expect([await get.text(), get.headers.get('cache-control')]).toEqual(['long', null]);
    await fetch(`${proxy.url}/v1/cache/a`);
    const refused = await fetch(`${proxy.url}/v1/cache/a`);
    expect([refused.status, refused.headers.get('ratelimit')]).toEqual([429, expect.stringContaining('r=0')]);
    expect(await ask(proxy.memcachedPort, 'ms AAECIA== 3 b\r\nbin\r\n')).toMatch(/^CLIENT_ERROR/);
  });

  it('sheds load when it says so, but never probes', async () => {
    await using proxy = await startProxyProcess({ proxy: '      limits: { shed: { maxRssBytes: 1000 } }' });
    await vi.waitFor(async () => expect((await fetch(`${proxy.url}/v1/cache/a`)).status).toBe(503), 10_000);
    expect((await fetch(`${proxy.url}/livez`)).status).toBe(200);
    const [shed] = await metric(proxy, /refused_total\{reason="overloaded"\}/);
    expect(Number(shed?.split(' ')[1])).toBeGreaterThan(0);
  });

  it('does not count a client that leaves a stream without an end as one that hung up', async () => {
    await using proxy = await startProxyProcess();
    const gone = new AbortController();
    const stream = await fetch(`${proxy.url}/v1/changes`, { signal: gone.signal });
    const reader = stream.body!.getReader();
    await reader.read();
    gone.abort();
    await expect(reader.read()).rejects.toThrow('abort');
    // One that did hang up, later: what is counted of the stream is counted by then.
    await Promise.all(proxy.nodes.map((node) => node.freeze()));
    const socket = connect(proxy.httpPort, '127.0.0.1');
    socket.write('GET /v1/cache/a HTTP/1.1\r\nHost: x\r\n\r\n', () => socket.destroy());
    await once(socket, 'close');
    await vi.waitFor(async () => expect(await metric(proxy, /client_gone_total\{/)).not.toEqual([]), 10_000);
    expect(await metric(proxy, /client_gone_total\{/)).toEqual([
      'lockstep_proxy_client_gone_total{route="/v1/cache/:key",phase="waiting"} 1',
    ]);
  });
});
