import { MemcacheClient } from 'memcache-client';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

interface Found {
  readonly value: Buffer;
}

/** memcache-client (npm) as it comes: one connection. */
export const electrodeClient: ClientKind = {
  name: 'memcache-client',
  open(params) {
    const client = new MemcacheClient({ server: `${requireParam(params, 'host')}:${requireParam(params, 'port')}` });
    return {
      get: async (key) => ((await client.get<Buffer>(key)) as unknown as Found | undefined)?.value,
      async set(key, value) {
        await client.set(key, value);
      },
      async getMany(keys) {
        const found = (await client.get<Buffer>([...keys])) as unknown as Record<string, Found>;
        return keys.map((key) => found[key]?.value);
      },
      async [Symbol.asyncDispose]() {
        client.shutdown();
      },
    };
  },
};
