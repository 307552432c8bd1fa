import { once } from 'node:events';
import { connect } from 'node:net';

import { describe, expect, it, vi } from 'vitest';

import { startHttpLoad } from './fixtures/http-load.ts';
import { startMemcachedLoad } from './fixtures/memcached-load.ts';
import { startProxyProcess } from './fixtures/proxy-process.ts';

describe.each([1, 2])('a proxy of %d workers that is asked to stop under load', (workers) => {
  it('answers every request that it took, and exits with 0', { timeout: 120_000 }, async () => {
    await using proxy = await startProxyProcess({ proxy: `      workers: ${workers}` });
    const http = startHttpLoad(proxy.url, 8);
    const memcached = startMemcachedLoad(proxy.memcachedPort, 8);
    await vi.waitFor(() => expect(Math.min(http.answers, memcached.answers)).toBeGreaterThan(500), 30_000);
    proxy.child.kill('SIGTERM');
    expect(await proxy.ended).toBe(0);
    const results = await Promise.all([http.stop(), memcached.stop()]);
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    const warnings = proxy.logs().filter(({ level }) => Number(level) >= 40);
    expect(warnings.filter(({ msg }) => !String(msg).startsWith('proxy.spool is not set'))).toEqual([]);
    expect(warnings).toHaveLength(workers);
  });
});

describe('a proxy that is asked to stop', () => {
  it('says on idle connections that they end, and ends streams in order', { timeout: 60_000 }, async () => {
    await using proxy = await startProxyProcess();
    const events = await fetch(`${proxy.url}/v1/changes?prefix=user:`);
    expect(events.status).toBe(200);
    const idle = connect(proxy.memcachedPort, '127.0.0.1');
    await once(idle, 'connect');
    idle.resume();
    const reading = events.text();
    proxy.child.kill('SIGTERM');
    await once(idle, 'end');
    idle.destroy();
    // A stream that was cut would reject.
    expect(await reading).toContain('data:');
    expect(await proxy.ended).toBe(0);
  });

  it('answers a request that comes on a connection that was idle', { timeout: 60_000 }, async () => {
    await using proxy = await startProxyProcess();
    const socket = connect(proxy.httpPort, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const request = 'GET /v1/cache/nothing HTTP/1.1\r\nHost: proxy\r\n\r\n';
    socket.write(request);
    await vi.waitFor(() => expect(text).toMatch(/ 404 /), 10_000);
    text = '';
    proxy.child.kill('SIGTERM');
    await proxy.logged('stopping');
    socket.write(request);
    await once(socket, 'end');
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(await proxy.ended).toBe(0);
  });
});
