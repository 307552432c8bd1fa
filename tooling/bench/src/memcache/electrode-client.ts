import { MemcacheClient } from 'memcache-client';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

/** memcache-client (npm) as it comes: one connection. */
export const electrodeClient: ClientKind = {
  name: 'memcache-client',
  open(params) {
    const client = new MemcacheClient({ server: `${requireParam(params, 'host')}:${requireParam(params, 'port')}` });
    return {
      get: (key) => client.get<Buffer>(key),
      lengthOf,
      set: (key, value) => client.set(key, value),
      isStored: () => true,
      getMany: (keys) => client.get<Buffer>([...keys]),
      lengthsOf: (answer, keys) => keys.map((key) => lengthOf((answer as Record<string, unknown>)[key])),
      async [Symbol.asyncDispose]() {
        client.shutdown();
      },
    };
  },
};

function lengthOf(answer: unknown): number | undefined {
  return (answer as { readonly value: Buffer } | undefined)?.value.length;
}
