import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import fastify from 'fastify';
import { expect, it } from 'vitest';

import { createBackend, memcacheHttp } from '../../../src/index.ts';

it('does not answer 304 for a value that a fresh memcached numbers like the old one', async () => {
  // Two servers stand for one before and after its restart: both give their first item the CAS value 1.
  const answers = await Promise.all(
    ['old', 'new'].map(async (body) => {
      await using node = await startMemcached();
      await using pool = createPool({ ring: createRing([{ host: node.host, port: node.port }]) });
      const app = fastify({ routerOptions: { maxParamLength: 750 } });
      await app.register(memcacheHttp, { backend: createBackend({ pool }) });
      await app.inject({ method: 'PUT', url: '/v1/cache/k', payload: body });
      const { headers } = await app.inject('/v1/cache/k');
      await app.close();
      return { cas: (await pool.gets('k'))?.cas, etag: headers['etag'] };
    }),
  );
  expect(answers[0]?.cas).toBe(answers[1]?.cas);
  expect(answers[0]?.etag).not.toBe(answers[1]?.etag);
});
