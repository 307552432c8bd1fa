import { createRing } from '@lockstep/hashring';
import { createPool } from '@lockstep/memcache';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

import { type Params, requireParam } from '../harness/bench-case.ts';
import type { Link } from './link.ts';
import { decodeElement, encodeElement } from './origin-format.ts';
import { readNodes } from './surroundings.ts';

/** As many as were fastest; more than one gives the order of writes up. */
const workerConcurrency = 200;

/**
 * A queue of BullMQ in the Redis of the writer, and a worker in the other region that reads it from there and applies
 * each job with our pool. It keeps no order; it is here for its speed only.
 */
// oxlint-disable-next-line require-await -- the other links have to wait for what they open
export async function openBullmqLink(params: Params): Promise<Link> {
  const options = { maxRetriesPerRequest: null };
  const east = new Redis(requireParam(params, 'eastRedis'), options);
  const fromWest = new Redis(params['eastRedisFromWest'] ?? requireParam(params, 'eastRedis'), options);
  const pool = createPool({ ring: createRing(readNodes(params)) });
  const queue = new Queue('writes', { connection: east });
  let arrived = 0;
  const apply = async ({ data }: { readonly data: string }): Promise<void> => {
    await pool.applyBatch([decodeElement(data)], { signal: AbortSignal.timeout(5000) });
    arrived += 1;
  };
  const removeOnComplete = { count: 0 };
  const worker = new Worker('writes', apply, {
    connection: fromWest,
    concurrency: workerConcurrency,
    removeOnComplete,
  });
  // Without a listener an error event would end the process; what failed is missing in the count.
  worker.on('error', () => {});
  return {
    pause: () => worker.pause(),
    resume() {
      void worker.resume();
    },
    async write(operation) {
      await queue.add(operation.kind, encodeElement(operation));
    },
    arrived: () => arrived,
    async [Symbol.asyncDispose]() {
      await worker.close();
      await queue.close();
      await pool.close();
      east.disconnect();
      fromWest.disconnect();
    },
  };
}
