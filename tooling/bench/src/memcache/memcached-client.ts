import Memcached from 'memcached';

import { requireParam } from '../harness/bench-case.ts';
import type { ClientKind } from './bench-client.ts';

/** memcached (npm) as it comes: up to ten connections. */
export const memcachedClient: ClientKind = {
  name: 'memcached',
  open(params) {
    const client = new Memcached(`${requireParam(params, 'host')}:${requireParam(params, 'port')}`);
    return {
      get: (key) =>
        new Promise((resolve, reject) => {
          client.get(key, (error: unknown, value: Buffer | undefined) =>
            error ? reject(asError(error)) : resolve(value),
          );
        }),
      lengthOf,
      set: (key, value) =>
        new Promise<void>((resolve, reject) => {
          client.set(key, value, 0, (error: unknown) => (error ? reject(asError(error)) : resolve()));
        }),
      isStored: () => true,
      getMany: (keys) =>
        new Promise((resolve, reject) => {
          client.getMulti([...keys], (error: unknown, found: unknown) =>
            error ? reject(asError(error)) : resolve(found),
          );
        }),
      lengthsOf: (answer, keys) => keys.map((key) => lengthOf((answer as Record<string, Buffer>)[key])),
      async [Symbol.asyncDispose]() {
        client.end();
      },
    };
  },
};

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function lengthOf(answer: unknown): number | undefined {
  return (answer as Buffer | undefined)?.length;
}
