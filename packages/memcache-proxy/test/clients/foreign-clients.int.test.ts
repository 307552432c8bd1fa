import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type StartedProxy, startProxy } from '../start-proxy.ts';
import { foreignClients, isInstalled, runClient } from './foreign-client.ts';

let proxy: StartedProxy;
let single: MemcachedServer;

beforeAll(async () => {
  // One slow answer of a busy machine would be a difference.
  proxy = await startProxy({ timeoutMs: 10_000, server: { flushAll: 'allow' } });
  single = await startMemcached();
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await single.close();
});

describe.each(foreignClients)('$name', (client) => {
  const { differences = {} } = client;

  it.skipIf(!isInstalled(client))(
    'is answered through three nodes as by one memcached',
    { timeout: 150_000 },
    async () => {
      const wanted = await runClient(client, single.port);
      expect(wanted.size).toBeGreaterThanOrEqual(client.minSteps);
      const answered = await runClient(client, proxy.port);
      expect([...answered.keys()]).toEqual([...wanted.keys()]);
      const other = [...wanted].filter(([step, answer]) => answered.get(step) !== answer).map(([step]) => step);
      const shown = other
        .filter((step) => !(step in differences))
        .map((step) => [step, wanted.get(step), answered.get(step)]);
      expect(shown).toEqual([]);
      // A difference that is none any more must not stay in the table.
      expect(other).toEqual(Object.keys(differences));
    },
  );
});
