import { describe, expect, it, vi } from 'vitest';

import { startHttpLoad } from './fixtures/http-load.ts';
import { startMemcachedLoad } from './fixtures/memcached-load.ts';
import { type ProxyProcess, startProxyProcess } from './fixtures/proxy-process.ts';

const metricsOf = async ({ url }: ProxyProcess): Promise<string> =>
  (await fetch(`${url}/metrics`, { headers: { connection: 'close' } })).text();

/** What both workers logged once they were ready. */
async function bothWorkers(proxy: ProxyProcess): Promise<ReturnType<ProxyProcess['logs']>> {
  const ready = () => proxy.logs().filter(({ msg, worker }) => msg === 'ready' && worker !== undefined);
  await vi.waitFor(() => expect(ready()).toHaveLength(2), 30_000);
  return ready();
}

describe('a proxy with two workers', () => {
  it('goes on while one of them is killed, and has it back', { timeout: 120_000 }, async () => {
    await using proxy = await startProxyProcess({ proxy: '      workers: 2' });
    // The one that is left must have been there before.
    const ready = await bothWorkers(proxy);
    const http = startHttpLoad(proxy.url, 8);
    const memcached = startMemcachedLoad(proxy.memcachedPort, 8);
    await vi.waitFor(() => expect(Math.min(http.answers, memcached.answers)).toBeGreaterThan(200), 30_000);
    const victim = ready.find(({ worker }) => worker === 1)!['pid'];
    process.kill(Number(victim), 'SIGKILL');
    await vi.waitFor(() => expect(proxy.logs().map(({ msg }) => msg)).toContain('a worker ended'), 30_000);
    // New clients are served at once, by the other one.
    const later = startHttpLoad(proxy.url, 8);
    await vi.waitFor(() => expect(later.answers).toBeGreaterThan(500), 30_000);
    await vi.waitFor(async () => {
      const metrics = await metricsOf(proxy);
      expect(metrics).toContain('lockstep_worker_restarts{worker="1"} 1');
      expect(metrics).toContain('lockstep_worker_up{worker="1"} 1');
    }, 30_000);
    expect(await later.stop()).toMatchObject({ errors: [] });
    const { errors } = await http.stop();
    const text = await memcached.stop();
    // Only connections to the worker that was killed may have broken, and no answer was wrong.
    expect(errors.filter((error) => !['ECONNRESET', 'EPIPE'].includes(error))).toEqual([]);
    expect(text.errors.filter((error) => error !== 'cut under a command')).toEqual([]);
    const readiness = await fetch(`${proxy.url}/readyz`);
    expect(await readiness.json()).toEqual({ status: 'ready', failing: [] });
  });

  it('shows the numbers of both on one page', async () => {
    await using proxy = await startProxyProcess({ proxy: '      workers: 2' });
    await bothWorkers(proxy);
    const load = startHttpLoad(proxy.url, 16);
    await vi.waitFor(() => expect(load.answers).toBeGreaterThan(500), 30_000);
    const { answers } = await load.stop();
    const metrics = await metricsOf(proxy);
    const counted = [...metrics.matchAll(/^lockstep_http_requests_total\{route="\/v1\/cache\/:key".* (\d+)$/gm)];
    expect(counted.reduce((sum, [, value]) => sum + Number(value), 0)).toBe(answers);
    expect(new Set(counted.map(([row]) => /worker="(\d)"/.exec(row)?.[1]))).toEqual(new Set(['1', '2']));
  });
});
