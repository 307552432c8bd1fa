import memjs from 'memjs';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

/** memjs as it comes. It has no call for many keys. */
export const memjsClient: ClientKind = {
  name: 'memjs',
  open(params) {
    const client = memjs.Client.create(`${requireParam(params, 'host')}:${requireParam(params, 'port')}`);
    return {
      get: (key) => client.get(key),
      lengthOf,
      set: (key, value) => client.set(key, value, {}),
      isStored: (answer) => answer === true,
      getMany: (keys) => Promise.all(keys.map((key) => client.get(key))),
      lengthsOf: (answer) => (answer as unknown[]).map(lengthOf),
      async [Symbol.asyncDispose]() {
        client.close();
      },
    };
  },
};

function lengthOf(answer: unknown): number | undefined {
  return (answer as { readonly value: Buffer | null }).value?.length;
}
