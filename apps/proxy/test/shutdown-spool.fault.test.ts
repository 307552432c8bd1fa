import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connectRedis, createLogger } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { startProxyProcess } from './fixtures/proxy-process.ts';

it.each(['user:', 'later:'])(
  'spools before it ends what clients asked for that are gone: deletes of %s',
  { timeout: 60_000 },
  async (prefix) => {
    const directory = await mkdtemp(join(tmpdir(), 'lockstep-spool-'));
    await using proxy = await startProxyProcess({
      proxy: `      spool: { directory: ${directory} }`,
      classes: '  - { prefix: "later:", policy: none, writes: async }',
    });
    const keys = Array.from({ length: 30 }, (_, index) => `${prefix}${index}`);
    await Promise.all(proxy.nodes.map((node) => node.freeze()));
    const socket = connect(proxy.memcachedPort, '127.0.0.1');
    await once(socket, 'connect');
    socket.end(keys.map((key) => `delete ${key} noreply\r\n`).join(''));
    socket.resume();
    // The last delete of the connection is with the backend.
    await expect
      .poll(async () => {
        const text = await (await fetch(`${proxy.url}/metrics`)).text();
        return text.match(/^lockstep_proxy_operations_total\{[^}]*outcome="writes"[^}]*\} 30$/m) !== null;
      })
      .toBe(true);
    socket.destroy();
    proxy.child.kill('SIGTERM');
    expect(await proxy.ended).toBe(0);
    const redis = connectRedis({
      url: proxy.redis.url,
      name: 'test',
      logger: createLogger({ name: 'test', level: 'silent' }),
    });
    const entries = (await redis.call('XRANGE', '{lockstep:east}:spool', '-', '+')) as [string, string[]][];
    redis.disconnect();
    expect(new Set(entries.map(([, fields]) => fields[5]))).toEqual(new Set(keys));
    await Promise.all(proxy.nodes.map((node) => node.thaw()));
    await rm(directory, { recursive: true });
  },
);
