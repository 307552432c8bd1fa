import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, vi } from 'vitest';

import { startProxyProcess } from './fixtures/proxy-process.ts';

const marker = 'zebra-crossing';

describe('the logs and metrics of a proxy', () => {
  it('never have a key or a value in them, whatever goes wrong', { timeout: 120_000 }, async () => {
    const spool = await mkdtemp(join(tmpdir(), 'lockstep-spool-'));
    await using proxy = await startProxyProcess({
      proxy: `      spool: { directory: ${spool} }
      templates: [{ url: "/t?id=:id", key: "t:{id}" }]
      limits: { maxValueBytes: 1000 }`,
      classes: '  - { prefix: "fixed:", policy: none, readOnly: true }',
    });
    const { url } = proxy;
    const urls = [
      `/v1/cache/user:${marker}`,
      `/v1/cache/fixed:${marker}`,
      `/v1/cache/${marker}%20%ff`,
      `/v1/cache/${marker.repeat(40)}`,
      `/v1/cache?keys=${marker},b`,
      `/v1/nodes/${marker}`,
      `/v1/changes?prefix=${marker}&after=${marker}`,
      `/t?id=${marker}`,
      `/no/such/${marker}`,
    ];
    const ask = async (path: string, method: string): Promise<void> => {
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: marker };
      const headers = { authorization: method === 'GET' ? '' : `Bearer ${marker}`, 'if-match': `"${marker}"` };
      const response = await fetch(url + path, { method, ...body, headers, signal: AbortSignal.timeout(5000) });
      await response.text();
    };
    const everything = async (): Promise<void> => {
      for (const path of urls) for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) await ask(path, method);
      await fetch(`${url}/v1/cache/big:${marker}`, { method: 'PUT', body: marker.repeat(1000) });
      await fetch(`${url}/v1/batch`, { method: 'POST', body: marker });
      const socket = connect(proxy.memcachedPort, '127.0.0.1');
      socket.resume();
      socket.write(`set ${marker} 0 0 ${marker.length}\r\n${marker}\r\nget ${marker}\r\nincr ${marker} 1\r\n`);
      socket.write(`set fixed:${marker} 0 0 1\r\na\r\n${marker}\r\nquit\r\n`);
      await once(socket, 'close');
    };
    await everything();
    // Every node away: reads and writes fail, and the failures are logged.
    await Promise.all(proxy.nodes.map((node) => node.kill()));
    await everything();
    await proxy.redis.freeze();
    const gone = new AbortController();
    const hanging = fetch(`${url}/v1/cache/${marker}`, { method: 'PUT', body: 'x', signal: gone.signal });
    await expect(Promise.race([hanging, fetch(`${url}/v1/cache/user:${marker}`)])).resolves.toBeDefined();
    gone.abort();
    await hanging.catch(() => undefined);
    await proxy.redis.thaw();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    proxy.child.kill('SIGTERM');
    await proxy.ended;
    await vi.waitFor(() => expect(proxy.output()).toContain('"stopped"'), 10_000);
    expect(metrics).toMatch(/lockstep_proxy_failures_total\{.*\} [1-9]/);
    expect(metrics).toMatch(/lockstep_spool_added_total [1-9]/);
    await rm(spool, { recursive: true });
    for (const text of [proxy.output(), metrics]) {
      for (const secret of [marker, encodeURIComponent(marker), Buffer.from(marker).toString('base64')]) {
        expect(text.includes(secret)).toBe(false);
      }
    }
  });
});
