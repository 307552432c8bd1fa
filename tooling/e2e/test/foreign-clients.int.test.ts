import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { foreignClients, type ForeignWrites, isInstalled, runClient } from './foreign-client.ts';
import { type Playground, startPlayground } from './playground.ts';

describe('clients that we did not write', () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await startPlayground();
  });
  afterAll(async () => {
    await playground[Symbol.asyncDispose]();
  });

  const side = (index: number): Playground['regions'][number] =>
    playground.regions[index] ?? expect.fail('no such region');

  async function readFromWest(key: string): Promise<string | undefined> {
    const response = await fetch(`${side(1).http}/v1/cache/${encodeURIComponent(key)}`);
    return response.status === 404 ? undefined : response.text();
  }

  for (const client of foreignClients) {
    const present = isInstalled(client);
    const reason = present ? '' : ` (skipped: ${client.name} is not installed)`;

    it.skipIf(!present)(
      `${client.name} does its command set through a proxy, and the other region gets it${reason}`,
      async () => {
        const { written, deleted } = runClient(client, ['proxy', side(0).memcached]) as ForeignWrites;
        for (const [key, value] of Object.entries(written)) {
          await expect.poll(() => readFromWest(key), { timeout: 10_000 }).toBe(value);
        }
        for (const key of deleted) await expect.poll(() => readFromWest(key), { timeout: 10_000 }).toBeUndefined();
      },
    );

    if (!client.placesKeys) continue;
    it.skipIf(!present)(
      `${client.name} finds on the nodes themselves what was written through the proxy${reason}`,
      async () => {
        const keys = Array.from({ length: 60 }, (_, index) => `user:placed:${client.name}:${index}`);
        for (const key of keys) {
          const response = await fetch(`${side(0).http}/v1/cache/${key}`, { method: 'PUT', body: `value of ${key}` });
          expect(response.status).toBe(204);
        }
        const found = runClient(client, ['pool', nodesOf(playground, 'east').join(','), ...keys]);
        expect(found).toEqual(Object.fromEntries(keys.map((key) => [key, `value of ${key}`])));
      },
    );
  }
});

/** The addresses of a region's memcached nodes, in the order of the topology file. */
function nodesOf({ topologyPath }: Playground, region: string): string[] {
  const text = readFileSync(topologyPath, 'utf8');
  return [...text.matchAll(new RegExp(`name: ${region}-\\d+\\s+address: (\\S+)`, 'g'))].map(
    ([, address = '']) => address,
  );
}
