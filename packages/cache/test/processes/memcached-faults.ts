import { setTimeout as wait } from 'node:timers/promises';

import { connectMeta } from '@lockstep/memcache';

import type { RealFault } from './real-faults.ts';

/** What happens to memcached, and to the network between it and a process. */
export const memcachedFaults: Readonly<Record<string, RealFault>> = {
  async 'a frozen memcached'({ memcached }, _, ms) {
    await memcached!.freeze();
    await wait(ms);
    await memcached!.thaw();
  },
  'a restart of memcached': ({ memcached }) => memcached!.restart(),
  async 'a flush_all of memcached'({ memcached }) {
    const driver = await connectMeta({ host: memcached!.host, port: memcached!.port });
    await driver.flushAll();
    await driver.close();
  },
  async 'a half-open connection to memcached'(_, { memcachedProxy }, ms) {
    memcachedProxy!.halfOpen();
    await wait(ms);
    await memcachedProxy!.heal();
  },
  async 'a partition from memcached'(_, { memcachedProxy }, ms) {
    await memcachedProxy!.refuse();
    memcachedProxy!.cut();
    await wait(ms);
    await memcachedProxy!.heal();
  },
  async 'a slow network to memcached'(_, { memcachedProxy }, ms) {
    memcachedProxy!.delay({ upMs: 40, downMs: 80 });
    await wait(ms);
    await memcachedProxy!.heal();
  },
};
