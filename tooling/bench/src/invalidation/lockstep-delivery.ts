import { createRedisLog } from '@lockstep/invalidation';
import { Redis } from 'ioredis';

import type { Delivery } from './delivery.ts';

const namespace = 'bench';
/** A process with over a hundred followers on a shared core is busy for a while when they all connect. */
const patienceMs = 10_000;

/** Ours: a push with the log as truth. */
export const lockstepDelivery: Delivery = {
  name: '@lockstep/invalidation',
  async openPublisher(redisUrl) {
    const client = new Redis(redisUrl);
    const log = createRedisLog({ client, namespace });
    return {
      publish: (key) => log.publish([key]),
      async [Symbol.asyncDispose]() {
        await log.close();
        client.disconnect();
      },
    };
  },
  async follow(redisUrl, onKey, { heartbeatMs }) {
    const client = new Redis(redisUrl);
    const log = createRedisLog({ client, namespace, timeoutMs: patienceMs });
    const follower = log.follow({
      heartbeatMs,
      onInvalidate: (keys) => keys.forEach(onKey),
      onReset: () => {},
      // Tried again; whoever does not hear everything fails the run.
      onError: () => {},
    });
    await follower.ready;
    return {
      async [Symbol.asyncDispose]() {
        await log.close();
        client.disconnect();
      },
    };
  },
};
