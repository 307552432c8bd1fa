import { type Clock, systemClock } from '@lockstep/core';
import type { ConsumerQueue } from '@lockstep/service-kit';
import type { Redis } from 'ioredis';

import { createDeadLetters } from '../dead-letters/dead-letters.ts';
import { laneOf } from '../lanes/lane-of.ts';
import { createWebhookSink } from '../sink/webhook-sink.ts';
import { createAmqpSource } from '../source/amqp/amqp-source.ts';
import type { Source } from '../source/source.ts';
import { createStreamSource } from '../source/stream/stream-source.ts';
import { type Elect, QueueConsumer, type QueueLog } from './queue-consumer.ts';
import { type QueueRules, rulesOf } from './rules-of.ts';

/** What every queue of a process shares. */
export interface QueueShares {
  readonly client: Redis;
  readonly elect: Elect;
  /** What this process calls itself. */
  readonly id: string;
  readonly log: QueueLog;
  /** Password of the AMQP broker. */
  readonly amqpPassword: string | undefined;
  /** Bearer token of the sink. */
  readonly sinkToken: string | undefined;
  /** @default systemClock */
  readonly clock?: Clock;
}

/** For how long requests under way may go on when the process must end. */
const drainMs = 2000;
const timeoutMs = 2000;

/** Makes the consumer of a queue of the topology; it stands for election at once. */
export function createQueue(name: string, queue: ConsumerQueue, shares: QueueShares): QueueConsumer {
  const { clock = systemClock, elect, id, log, sinkToken } = shares;
  const rules = rulesOf(name, queue);
  const { parallel, window, leaseMs, batch } = rules;
  const { url, timeoutMs: sinkTimeoutMs } = queue.sink;
  const sink = createWebhookSink({ queue: name, url, token: sinkToken, parallel, batch, timeoutMs: sinkTimeoutMs });
  return new QueueConsumer({
    name,
    elect,
    leaseMs,
    id,
    log,
    clock,
    random: Math.random,
    drainMs,
    rules,
    parallel,
    window,
    laneOf: laneOf(queue.lanes?.by),
    sink,
    createSource: (onMissed) => createSource(name, queue, { ...shares, clock, rules, onMissed }),
  });
}

function createSource(
  queue: string,
  { source }: ConsumerQueue,
  { client, clock, rules, amqpPassword, onMissed }: SourceParts,
): Source {
  const { deadLetters, window, leaseMs } = rules;
  if ('stream' in source) {
    return createStreamSource({
      window,
      client,
      queue,
      stream: source.stream,
      trim: source.trim,
      deadLetters,
      onMissed,
      clock,
    });
  }
  return createAmqpSource({
    // A third of the lease: the broker needs two to three of them to throw out one that stands still.
    broker: { url: source.amqp, password: amqpPassword, heartbeatSeconds: Math.max(1, Math.round(leaseMs / 3000)) },
    queue: source.queue,
    window,
    deadLetters: createDeadLetters({ client, queue, ...deadLetters, timeoutMs, clock }),
    clock,
  });
}

interface SourceParts extends QueueShares {
  readonly clock: Clock;
  readonly rules: QueueRules;
  readonly onMissed: (count: number) => void;
}
