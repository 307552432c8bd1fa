import { createMetaDriver, type Item } from '@lockstep/memcache';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

/** Our driver of the meta protocol. */
export const lockstepClient: ClientKind = {
  name: '@lockstep/memcache',
  open(params) {
    const driver = createMetaDriver({ host: requireParam(params, 'host'), port: Number(requireParam(params, 'port')) });
    return {
      get: (key) => driver.get(key),
      lengthOf,
      set: (key, value) => driver.set(key, value),
      isStored: () => true,
      getMany: (keys) => driver.getMany(keys),
      lengthsOf: (answer) => (answer as unknown[]).map(lengthOf),
      [Symbol.asyncDispose]: () => driver.close(),
    };
  },
};

function lengthOf(answer: unknown): number | undefined {
  return (answer as Item | undefined)?.value.length;
}
