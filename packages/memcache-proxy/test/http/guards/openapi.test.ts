import fastify from 'fastify';
import { expect, it } from 'vitest';

import { memcacheGuards } from '../../../src/http/guards/memcache-guards.ts';
import { paths } from '../../../src/http/guards/openapi.ts';

it('has every route of the guards, and no other', async () => {
  const app = fastify({ exposeHeadRoutes: false });
  const routes: string[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    for (const name of [method].flat()) routes.push(`${name} ${url.replace(':range', '{range}')}`);
  });
  await app.register(memcacheGuards);
  const described = Object.entries(paths).flatMap(([url, operations]) =>
    Object.keys(operations)
      .filter((name) => name !== 'parameters')
      .map((name) => `${name.toUpperCase()} ${url}`),
  );
  expect(described.toSorted()).toEqual(routes.toSorted());
  await app.close();
});
