import { createJournal, type Operation } from '@lockstep/replication';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

import { requireParam } from '../harness/bench-case.ts';
import type { EnqueueDesign } from './enqueue.ts';
import { encodeElement } from './origin-format.ts';

/** Ours: `append` for each operation. */
export const lockstepEnqueue: EnqueueDesign = {
  name: '@lockstep/replication',
  // oxlint-disable-next-line require-await -- an opening may have to wait; this one does not
  async open(params, opening) {
    const client = new Redis(requireParam(params, 'eastRedis'));
    // Nobody ships them: there is room for all, so that none becomes a delete.
    const room = { maxStreamBytes: 2 ** 33, maxQueueBytes: 2 ** 26, timeoutMs: 30_000 };
    const journal = createJournal({ client, region: `east-${opening}`, ...room });
    return {
      async enqueue(operations) {
        await Promise.all(operations.map((operation) => journal.append(operation)));
      },
      async [Symbol.asyncDispose]() {
        await journal.close();
        client.disconnect();
      },
    };
  },
};

/** The design that replication started from: an LPUSH for each operation, pipelined by the client. */
export const originEnqueue = originDesign('two Redis lists, JSON', true);

/** The same as it ran: a writer that waits for its LPUSH before it makes the next. */
export const originEnqueueAsItRan = originDesign('two Redis lists, JSON, one at a time', false);

function originDesign(name: string, isPipelined: boolean): EnqueueDesign {
  return {
    name,
    // oxlint-disable-next-line require-await -- an opening may have to wait; this one does not
    async open(params, opening) {
      const client = new Redis(requireParam(params, 'eastRedis'), { enableAutoPipelining: isPipelined });
      const push = (operation: Operation): Promise<number> =>
        client.lpush(`list:${opening}:${operation.kind}`, encodeElement(operation));
      return {
        async enqueue(operations) {
          if (isPipelined) await Promise.all(operations.map(push));
          else for (const operation of operations) await push(operation);
        },
        async [Symbol.asyncDispose]() {
          client.disconnect();
        },
      };
    },
  };
}

/** BullMQ at its best: a thousand jobs in one call. */
export const bullmqEnqueue: EnqueueDesign = {
  name: 'BullMQ, addBulk of 1,000',
  // oxlint-disable-next-line require-await -- an opening may have to wait; this one does not
  async open(params, opening) {
    const connection = new Redis(requireParam(params, 'eastRedis'), { maxRetriesPerRequest: null });
    const queue = new Queue(`queue-${opening}`, { connection });
    return {
      async enqueue(operations) {
        const jobs = operations.map((operation) => ({ name: operation.kind, data: encodeElement(operation) }));
        const calls: Promise<unknown>[] = [];
        for (let at = 0; at < jobs.length; at += 1000) calls.push(queue.addBulk(jobs.slice(at, at + 1000)));
        await Promise.all(calls);
      },
      async [Symbol.asyncDispose]() {
        await queue.close();
        connection.disconnect();
      },
    };
  },
};
