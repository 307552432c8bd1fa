import { createMetaDriver } from '@lockstep/memcache';

import { type Contestant, requireParam } from '../harness/bench-case.ts';
import { closedLoop } from '../harness/closed-loop.ts';
import { expectValue, keyAt, keys, type Verb, value } from './workload.ts';

/** Our driver of the meta protocol. */
export function metaDriver(verb: Verb, concurrency: number): Contestant {
  return {
    name: '@lockstep/memcache',
    async open(params) {
      const driver = createMetaDriver({
        host: requireParam(params, 'host'),
        port: Number(requireParam(params, 'port')),
      });
      for (const key of keys) await driver.set(key, value);
      const get = async (index: number): Promise<void> => expectValue((await driver.get(keyAt(index)))?.value);
      const set = (index: number): Promise<void> => driver.set(keyAt(index), value);
      return {
        run: (durationMs) => closedLoop(concurrency, durationMs, verb === 'get' ? get : set),
        [Symbol.asyncDispose]: () => driver.close(),
      };
    },
  };
}
