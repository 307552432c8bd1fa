import { Redis } from 'ioredis';

import type { Delivery } from './delivery.ts';
import { decodeBody, encodeBody } from './message.ts';

const channel = '{lockstep:plain}:push';
/** What a push of ours has in front of its body. */
const head = 'a1b2c3d4 1000000 ';

/** Plain pub/sub with as many bytes as ours: whoever is not connected misses it. */
export const pubsubDelivery: Delivery = {
  name: 'PUBLISH and SUBSCRIBE',
  async openPublisher(redisUrl) {
    const client = new Redis(redisUrl);
    return {
      publish: (key) => client.publish(channel, head + encodeBody(key)),
      async [Symbol.asyncDispose]() {
        client.disconnect();
      },
    };
  },
  async follow(redisUrl, onKey) {
    const client = new Redis(redisUrl);
    client.on('message', (_channel: string, message: string) => decodeBody(message.slice(head.length)).forEach(onKey));
    await client.subscribe(channel);
    return {
      async [Symbol.asyncDispose]() {
        client.disconnect();
      },
    };
  },
};
