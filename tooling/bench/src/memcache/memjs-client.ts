import memjs from 'memjs';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

/** memjs as it comes. It has no call for many keys. */
export const memjsClient: ClientKind = {
  name: 'memjs',
  open(params) {
    const client = memjs.Client.create(`${requireParam(params, 'host')}:${requireParam(params, 'port')}`);
    return {
      get: async (key) => (await client.get(key)).value,
      async set(key, value) {
        if (!(await client.set(key, value, {}))) throw new Error('memjs did not store a value');
      },
      getMany: (keys) => Promise.all(keys.map(async (key) => (await client.get(key)).value)),
      async [Symbol.asyncDispose]() {
        client.close();
      },
    };
  },
};
