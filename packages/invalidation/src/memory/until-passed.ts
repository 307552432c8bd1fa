import { withDeadline } from '@lockstep/core';

import { InvalidationError } from '../invalidation-error.ts';
import type { Follower, PublishOptions } from '../invalidation-log.ts';
import type { Passage } from '../passage.ts';

/** A follower and those behind it, if it is that of a relay. */
export interface PassingFollower extends Pick<Follower, 'epoch' | 'sequence'> {
  readonly passage: Passage | undefined;
}

/**
 * Resolves when those behind every follower have passed what it has heard.
 *
 * @throws InvalidationError ERR_INVALIDATION_TIMEOUT with the position, and the signal's reason.
 */
export async function untilPassed(
  followers: Iterable<PassingFollower>,
  { position, shards }: { readonly position: string; readonly shards: number },
  { signal, timeoutMs = 10_000 }: PublishOptions,
): Promise<void> {
  const waits = Array.from(followers).flatMap((follower) =>
    Array.from({ length: shards }, (_, shard) => passageOf(follower, shard)),
  );
  const onTimeout = (): Error => {
    const message = `not every follower is known to have passed the entry within ${timeoutMs} ms`;
    return new InvalidationError('ERR_INVALIDATION_TIMEOUT', message, { position });
  };
  await withDeadline(Promise.all(waits), { ms: timeoutMs, signal, onTimeout });
}

function passageOf({ passage, epoch, sequence }: PassingFollower, shard: number): Promise<void> {
  if (passage === undefined) return Promise.resolve();
  const at = { epoch: epoch(shard), sequence: sequence(shard) };
  return new Promise((resolve) => {
    passage.request(shard, at.epoch, at.sequence, () => {
      if (passage.sequence(shard, at.epoch, at.sequence) === at.sequence) resolve();
    });
  });
}
