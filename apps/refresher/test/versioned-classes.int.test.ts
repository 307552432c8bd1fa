import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

import { startedRefresher, topologyText } from './fixtures/started-refresher.ts';
import { startSource } from './fixtures/start-source.ts';

it('notes what it loads of a class with versions as unknown, also of one that comes with a reload', async () => {
  await using redis = await startRedis();
  await using source = await startSource();
  const client = new Redis(redis.port);
  const textOf = (sources: readonly string[]): string =>
    topologyText({
      redis: redis.url,
      sources: sources
        .map(
          (name) =>
            `        ${name}: { load: { http: { url: "${source.origin}/${name}" } }, ttlMs: 600000, warmUp: true }`,
        )
        .join('\n'),
      classes: `classes:\n${sources.map((name) => `  - { prefix: ${name}, policy: ${name.startsWith('rows') ? 'replicate-versioned' : 'invalidate'} }`).join('\n')}`,
    });
  await using app = await startedRefresher(textOf(['rows', 'plain']));
  const noted = async (): Promise<Record<string, string>> => {
    const tables = await client.keys('{lockstep:versions:east:*}:newer');
    const entries = await Promise.all(tables.map((table) => client.hgetall(table)));
    return Object.assign({}, ...entries) as Record<string, string>;
  };
  await expect.poll(noted).toEqual({ rows: expect.stringMatching(/^\?:/) as string });
  await app.reload(textOf(['rows', 'plain', 'rows2']));
  await expect.poll(async () => Object.keys(await noted()).toSorted()).toEqual(['rows', 'rows2']);
  client.disconnect();
});
