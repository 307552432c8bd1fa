import { describe, expect, it, vi } from 'vitest';

import { startHttpLoad } from './fixtures/http-load.ts';
import { startMemcachedLoad } from './fixtures/memcached-load.ts';
import { startProxyProcess, type TopologyParts } from './fixtures/proxy-process.ts';

const reloads = 200;

/** Versions that differ in all that a running proxy can change. The keys of the load keep their owners. */
function version(index: number, spare: string): TopologyParts {
  const isOdd = index % 2 === 1;
  return {
    region: `    pools:
      spare: { nodes: [{ name: spare-1, address: ${spare} }], timeoutMs: ${1000 + (index % 5)} }`,
    proxy: `      bans: [192.0.2.${index % 250}]
      tokens: [{ name: t${index}, sha256: '${index.toString(16).padStart(64, '0')}', scopes: [admin] }]
      anonymous: [read, write]
      limits: { rate: { perAddress: ${10_000_000 + index} } }
      templates: [{ url: "/t${index}?id=:id", key: "t${index}:{id}" }]`,
    classes: `  - { prefix: "v${index}:", policy: none, pools: [spare], reads: ${isOdd ? 'fastest' : 'first'} }
  - { prefix: "load:", policy: ${isOdd ? 'none' : 'invalidate'}, pools: [main${isOdd ? ', spare' : ''}] }`,
  };
}

describe('a proxy whose topology is replaced under load', () => {
  it(`serves every request through ${reloads} versions`, { timeout: 300_000 }, async () => {
    await using proxy = await startProxyProcess();
    const spare = proxy.nodes[2]!.address;
    const http = startHttpLoad(proxy.url, 4);
    const memcached = startMemcachedLoad(proxy.memcachedPort, 4);
    for (let index = 1; index <= reloads; index++) {
      const before = http.answers + memcached.answers;
      await proxy.replaceTopology(version(index, spare));
      await proxy.logged('topology reloaded', index);
      // Each version has to serve before the next one comes.
      await vi.waitFor(() => expect(http.answers + memcached.answers).toBeGreaterThan(before), 10_000);
    }
    const results = await Promise.all([http.stop(), memcached.stop()]);
    expect(results.flatMap(({ errors }) => errors)).toEqual([]);
    const warnings = proxy.logs().filter(({ level }) => Number(level) >= 40);
    expect(warnings.map(({ msg }) => msg)).toEqual([expect.stringContaining('proxy.spool is not set')]);
    for (const { answers } of results) expect(answers).toBeGreaterThan(reloads);
    const template = await fetch(`${proxy.url}/t${reloads}?id=7`);
    expect(template.status).toBe(404);
    expect(await template.json()).toMatchObject({ code: 'ERR_MEMCACHE_PROXY_NOT_FOUND' });
  });

  it('goes over to other nodes without a failed request', { timeout: 120_000 }, async () => {
    await using proxy = await startProxyProcess({ nodes: [0, 1, 2] });
    const http = startHttpLoad(proxy.url, 4);
    const memcached = startMemcachedLoad(proxy.memcachedPort, 4);
    const sets = [
      [0, 1],
      [0, 1, 2],
      [1, 2],
      [0, 1, 2],
    ];
    for (const [index, nodes] of sets.entries()) {
      await proxy.replaceTopology({ nodes });
      await proxy.logged('topology reloaded', index + 1);
      for (const load of [http, memcached]) {
        const before = load.answers;
        await vi.waitFor(() => expect(load.answers).toBeGreaterThan(before + 20), 10_000);
      }
    }
    const results = await Promise.all([http.stop(), memcached.stop()]);
    // A value that was written under one ring may be a miss under the next; an error it must never be.
    const isMiss = (error: string): boolean => error === 'STORED END' || /^(204 then|a read of \S+) 404 /.test(error);
    expect(results.flatMap(({ errors }) => errors).filter((error) => !isMiss(error))).toEqual([]);
  });

  it('goes on with the version in use when the guards refuse the next one', async () => {
    await using proxy = await startProxyProcess({ proxy: '      bans: [192.0.2.1]' });
    const memcached = startMemcachedLoad(proxy.memcachedPort, 2);
    // The schema has nothing against it, and the pools of it would be new ones.
    const region = `    pools:\n      spare: { nodes: [{ name: spare-1, address: ${proxy.nodes[2]!.address} }] }`;
    await proxy.replaceTopology({ nodes: [0], region, proxy: '      bans: [127.0.0.1, 10.0.0.1/8]' });
    await proxy.logged('the new topology is refused; the one in use stays');
    const before = memcached.answers;
    await vi.waitFor(() => expect(memcached.answers).toBeGreaterThan(before + 20), 10_000);
    expect((await fetch(`${proxy.url}/v1/cache/a`)).status).toBe(404);
    const problems = proxy.logs().flatMap(({ problems: lines }) => (lines ?? []) as string[]);
    expect(problems).toEqual([expect.stringContaining('regions.east.proxy: bans[1]: "10.0.0.1/8" has bits')]);
    await proxy.replaceTopology({ region, proxy: '      bans: [192.0.2.2]' });
    await proxy.logged('topology reloaded');
    expect((await memcached.stop()).errors).toEqual([]);
    expect(proxy.child.exitCode).toBeNull();
  });

  it('logs by name what takes a restart, and takes the rest', async () => {
    await using proxy = await startProxyProcess();
    await proxy.replaceTopology({
      proxy: '      workers: 2\n      flushAll: allow\n      bans: [127.0.0.1]',
    });
    await proxy.logged('these settings take effect after a restart');
    const line = proxy.logs().find(({ msg }) => msg === 'these settings take effect after a restart');
    expect(line!['settings']).toEqual(['proxy.workers', 'proxy.flushAll']);
    const response = await fetch(`${proxy.url}/v1/cache/a`);
    expect(response.status).toBe(403);
  });
});
