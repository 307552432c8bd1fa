import { hostname } from 'node:os';

import { withDeadline } from '@lockstep/core';
import { createLocks } from '@lockstep/lock';
import {
  type AppContext,
  connectRedis,
  type ConsumerRegion,
  createAdminServer,
  listenOnFree,
  redisCheck,
  type RunningApp,
} from '@lockstep/service-kit';
import type { Redis } from 'ioredis';

import { consumerOf } from './consumer-of.ts';
import { locksPrefixOf } from './locks-prefix.ts';
import { addMetrics } from './metrics.ts';
import { createQueue } from './queue/create-queue.ts';
import type { QueueConsumer } from './queue/queue-consumer.ts';
import { mountQueues, type OwnStatus } from './routes/queues.ts';
import type { QueueStatus } from './status/queue-status.ts';
import { readQueueStatus } from './status/read-queue-status.ts';

const statusTimeoutMs = 2000;

/** Makes and starts everything a consumer consists of: its part in the election of every queue, probes, metrics. */
export async function startConsumer(context: AppContext): Promise<RunningApp> {
  const { name, version, topology, region, environment, logger, signal } = context;
  const { http, queues: sections } = consumerOf(topology, region);
  const client = connectRedis({ url: region.redis, password: environment.redisPassword(region.name), name, logger });
  const locks = createLocks({
    client,
    prefix: locksPrefixOf(region.name),
    onError: (error) => logger.warn({ err: error }, 'a lease is in trouble'),
  });
  const admin = createAdminServer({ name, version, logger, signal });
  admin.readiness.add('redis', redisCheck(client, region.redisAddress));
  const queues: QueueConsumer[] = [];
  addMetrics(admin.metrics, queues);
  mountQueues(admin.http, () => Promise.all(queues.map((queue) => statusOf(queue, sections, client))));
  const addresses = { http: await listenOnFree(admin, http) };

  // Nobody stands for election before he can be asked.
  for (const [queue, section] of sections) {
    queues.push(
      createQueue(queue, section, {
        client,
        elect: (election, options) => locks.elect(election, options),
        id: `${hostname()}:${process.pid}`,
        amqpPassword: environment.amqpPassword(region.name),
        sinkToken: environment.sinkToken(),
        log: {
          elected: (facts) => logger.info(facts, `leads ${facts.queue}`),
          revoked: (facts) => logger.info(facts, `leads ${facts.queue} no more`),
          trouble: (facts) => logger.warn(facts, `${facts.queue}: ${facts.what}`),
        },
      }),
    );
  }
  return {
    addresses,
    async [Symbol.asyncDispose]() {
      await Promise.all(queues.map((queue) => queue.close()));
      await locks.close({ drainMs: 0 });
      await admin.close();
      client.disconnect();
    },
  };
}

async function statusOf(
  queue: QueueConsumer,
  sections: ConsumerRegion['queues'],
  client: Redis,
): Promise<QueueStatus & OwnStatus> {
  const onTimeout = (): Error => new Error(`Redis did not answer within ${statusTimeoutMs} ms`);
  const reading = readQueueStatus(queue.name, sections.get(queue.name)!, { client, leader: () => queue.leader() });
  const status = await withDeadline(reading, { ms: statusTimeoutMs, onTimeout });
  return {
    ...status,
    // The leader counts what the broker does not tell others.
    waiting: queue.view.backlog?.messages ?? status.waiting,
    leads: queue.leadership !== undefined,
    inFlight: queue.view.lanes?.size ?? 0,
    blockedLanes: queue.view.lanes?.blocked ?? 0,
  };
}
