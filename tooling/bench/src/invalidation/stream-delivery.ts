import { Redis } from 'ioredis';

import type { Delivery } from './delivery.ts';
import { decodeBody, encodeBody } from './message.ts';

const stream = '{lockstep:bench}:plain-stream';
const readLimit = 100;

/** A stream read by blocking reads alone: nothing is missed, and every follower asks again for every entry. */
export const streamDelivery: Delivery = {
  name: 'XADD and XREAD BLOCK',
  async openPublisher(redisUrl) {
    const client = new Redis(redisUrl);
    return {
      publish: (key) => client.xadd(stream, 'MAXLEN', '~', 100_000, '*', 'b', encodeBody(key)),
      async [Symbol.asyncDispose]() {
        client.disconnect();
      },
    };
  },
  async follow(redisUrl, onKey, { heartbeatMs }) {
    const client = new Redis(redisUrl, { protocol: 2 });
    const closing = new AbortController();
    const [last] = await client.xrevrange(stream, '+', '-', 'COUNT', 1);
    let cursor = last?.[0] ?? '0-0';

    async function read(): Promise<void> {
      while (!closing.signal.aborted) {
        const reply = await client.xread('COUNT', readLimit, 'BLOCK', heartbeatMs, 'STREAMS', stream, cursor);
        for (const [id, fields] of reply?.[0]?.[1] ?? []) {
          cursor = id;
          decodeBody(fields[1] ?? '').forEach(onKey);
        }
      }
    }

    const reading = read().catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
    return {
      async [Symbol.asyncDispose]() {
        closing.abort();
        client.disconnect();
        await reading;
      },
    };
  },
};
