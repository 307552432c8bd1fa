import memjs from 'memjs';

import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { expectValue, keyAt, keys, type Verb, value } from './workload.ts';

/** memjs as it comes. */
export function memjsClient(verb: Verb, concurrency: number): Contestant {
  return {
    name: 'memjs',
    async open(params) {
      const client = memjs.Client.create(`${requireParam(params, 'host')}:${requireParam(params, 'port')}`);
      for (const key of keys) await client.set(key, value, {});
      const get = async (index: number): Promise<void> => expectValue((await client.get(keyAt(index))).value);
      const set = async (index: number): Promise<void> => {
        if (!(await client.set(keyAt(index), value, {}))) throw new Error('memjs did not store a value');
      };
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, verb === 'get' ? get : set),
        async [Symbol.asyncDispose]() {
          client.close();
        },
      };
    },
  };
}
