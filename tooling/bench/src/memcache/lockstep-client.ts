import { createMetaDriver } from '@lockstep/memcache';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

/** Our driver of the meta protocol. */
export const lockstepClient: ClientKind = {
  name: '@lockstep/memcache',
  open(params) {
    const driver = createMetaDriver({ host: requireParam(params, 'host'), port: Number(requireParam(params, 'port')) });
    return {
      get: async (key) => (await driver.get(key))?.value,
      set: (key, value) => driver.set(key, value),
      getMany: async (keys) => (await driver.getMany(keys)).map((item) => item?.value),
      [Symbol.asyncDispose]: () => driver.close(),
    };
  },
};
