import fastify from 'fastify';
import { describe, expect, it } from 'vitest';

import { routesIn } from '../../../src/http/fast-lane/routes-in.ts';

async function routesOf(urls: readonly string[]): Promise<string[]> {
  const app = fastify();
  for (const url of urls) app.get(url, () => url);
  app.put('/v1/cache/written', () => 'no read');
  await app.ready();
  return routesIn(app.printRoutes({ method: 'GET' })).toSorted();
}

describe('the routes of a server', () => {
  it.each([
    [['/v1/cache/:key']],
    [['/v1/cache', '/v1/cache/:key', '/v1/cache/health', '/v1/cache/:key/meta', '/v1/batch', '/']],
    [['/v1/cache/a-:b', '/v1/cache/:key', '/livez', '/readyz', '/v1/changes', '/v1/cache/health']],
  ])('are all found in the drawing: %j', async (urls) => {
    expect(await routesOf(urls)).toEqual(urls.toSorted());
  });

  it.each(['/v1/cache/:id(^\\d+$)', '/v1/cache/*'])('and so is %s beside another', async (url) => {
    const found = await routesOf(['/v1/cache/:key', url]);
    expect(found).toContain('/v1/cache/:key');
    expect(found.filter((each) => each.startsWith('/v1/cache/'))).toHaveLength(2);
  });

  it('are none in what is no drawing', () => {
    expect(routesIn('(empty tree)')).toEqual([]);
  });
});
