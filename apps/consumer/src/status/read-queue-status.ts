import type { Leader } from '@lockstep/lock';
import type { ConsumerQueue } from '@lockstep/service-kit';
import type { Redis } from 'ioredis';

import { rulesOf } from '../queue/rules-of.ts';
import { readStreamState } from '../source/stream/read-stream-state.ts';
import { streamKeysOf } from '../source/stream/stream-keys.ts';
import type { QueueStatus } from './queue-status.ts';

/** Who is asked. */
export interface StatusSources {
  readonly client: Redis;
  /** Who leads the queue. */
  readonly leader: () => Promise<Leader | undefined>;
}

/** Looks at a queue without touching it. @throws when Redis does not answer. */
export async function readQueueStatus(
  name: string,
  queue: ConsumerQueue,
  { client, leader }: StatusSources,
): Promise<QueueStatus> {
  const { source } = queue;
  const state =
    'stream' in source ? readStreamState(client, streamKeysOf(source.stream, name)) : Promise.resolve(undefined);
  const [found, progress, deadLetters] = await Promise.all([
    leader(),
    state,
    client.xlen(rulesOf(name, queue).deadLetters.stream),
  ]);
  return {
    queue: name,
    leader: found === undefined ? undefined : { id: found.id, host: found.host, term: found.term, token: found.token },
    waiting: progress?.waiting,
    cursor: progress?.cursor,
    deadLetters,
  };
}
