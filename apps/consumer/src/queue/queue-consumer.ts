import type { Clock } from '@lockstep/core';
import type { Election, ElectOptions, Leadership } from '@lockstep/lock';

import { type ConsumeOptions, consumeQueue } from './consume-queue.ts';
import { createQueueCounters, type QueueCounters } from './queue-counters.ts';
import { QueueView } from './queue-view.ts';

/** How a leader is elected; `locks.elect` is one. */
export type Elect = (
  name: string,
  options: ElectOptions,
) => Pick<Election, 'isLeader' | 'leadership' | 'leader' | 'close'>;

/** What a consumer of one queue is made of. */
export interface QueueConsumerOptions extends Omit<ConsumeOptions, 'counters' | 'view' | 'onTrouble' | 'source'> {
  readonly name: string;
  readonly elect: Elect;
  /** For how long a leader that is not heard of any more stands in the way, in ms. */
  readonly leaseMs: number;
  /** What this process calls itself. */
  readonly id: string;
  /** Makes the source; `onMissed` is told when messages were removed before they were read. */
  readonly createSource: (onMissed: (count: number) => void) => ConsumeOptions['source'];
  readonly log: QueueLog;
  readonly clock: Clock;
}

/** Who hears of what happens; never of a message's content. */
export interface QueueLog {
  readonly elected: (facts: { queue: string; term: number }) => void;
  readonly revoked: (facts: { queue: string; term: number; reason: string }) => void;
  readonly trouble: (facts: { queue: string; what: string; id?: string | undefined }) => void;
}

/** One process's part in consuming a queue: it stands for election, and consumes while it leads. */
export class QueueConsumer implements AsyncDisposable {
  readonly name: string;
  readonly counters: QueueCounters = createQueueCounters();
  readonly view: QueueView = new QueueView();
  readonly #election: ReturnType<Elect>;
  readonly #drainMs: number;
  readonly #sink: ConsumeOptions['sink'];

  constructor(options: QueueConsumerOptions) {
    const { name, elect, leaseMs, id, log, createSource, drainMs } = options;
    this.name = name;
    this.#drainMs = drainMs;
    this.#sink = options.sink;
    const { counters, view } = this;
    const onTrouble = (what: string, messageId?: string): void => log.trouble({ queue: name, what, id: messageId });
    const source = createSource((count) => {
      counters.missed += count;
      onTrouble(`${count} messages were removed before they were read`);
    });
    this.#election = elect(`consumer:${name}`, {
      id,
      ttlMs: leaseMs,
      onElected: async (leadership) => {
        counters.elections += 1;
        log.elected({ queue: name, term: leadership.term });
        await consumeQueue(leadership, { ...options, source, counters, view, onTrouble });
      },
      onRevoked: ({ term }, reason) => log.revoked({ queue: name, term, reason }),
      onError: (error) => onTrouble(error.message),
      backoff: { minMs: 100, maxMs: 5000 },
    });
  }

  /** The leadership of this process, while it leads. */
  get leadership(): Leadership | undefined {
    return this.#election.leadership;
  }

  /** Who leads; see `Election.leader`. */
  leader(): ReturnType<Election['leader']> {
    return this.#election.leader();
  }

  /** Ends what is under way, and lets others lead. Idempotent. */
  async close(): Promise<void> {
    await this.#election.close({ drainMs: 3 * this.#drainMs });
    await this.#sink.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
