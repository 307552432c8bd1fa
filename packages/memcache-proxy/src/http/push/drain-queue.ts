import type { Clock, Timer } from '@lockstep/core';

import { FairTurns } from './fair-turns.ts';
import { runQueueLane } from './queue-lane.ts';
import { nameOfQueueNode, type QueueRules } from './queue-rules.ts';
import type { StreamResponse } from './stream-response.ts';

/** What a queue is drained with. */
export interface DrainQueueOptions {
  readonly queue: string;
  readonly rules: QueueRules;
  readonly clock: Clock;
  readonly random: () => number;
  readonly stream: StreamResponse;
}

/** A queue on its way to one client. */
export interface QueueDrain {
  /** Resolves when no connection to a queue server reads for this client any more, and the stream has ended. */
  readonly done: Promise<void>;
  /** Stops reading, confirms what the client has, gives back the rest, and ends the stream. Idempotent. */
  end(reason: 'shutdown' | 'idle'): Promise<void>;
}

/** Drains a queue of all nodes at once into a stream that is open, until the client goes or `end` is called. */
export function drainQueue(options: DrainQueueOptions): QueueDrain {
  const { queue, rules, clock, random, stream } = options;
  const turns = new FairTurns(stream, rules.nodes.length);
  const stop = new AbortController();
  const down = new Set<number>();
  let idle: Timer | undefined;
  let ending: Promise<void> | undefined;

  function restartIdle(): void {
    idle?.cancel();
    if (rules.idleMs > 0) idle = clock.setTimer(() => void end('idle'), rules.idleMs);
  }

  const lanes = rules.nodes.flatMap((node, source) =>
    Array.from({ length: rules.maxInFlightPerNode }, async () => {
      const name = nameOfQueueNode(node);
      await runQueueLane({
        node,
        queue,
        rules,
        clock,
        random,
        stop: stop.signal,
        async deliver(item) {
          const fields = { node: name, size: item.length };
          const isDelivered = await turns.offer(source, { event: 'item', fields, body: item });
          if (isDelivered && !stop.signal.aborted) restartIdle();
          return isDelivered;
        },
        onUp() {
          if (down.delete(source)) stream.send({ event: 'node', fields: { node: name, state: 'up' } });
        },
        onDown(error) {
          if (down.has(source)) return;
          down.add(source);
          const { code = 'ERR_INTERNAL' } = error as { code?: string };
          stream.send({ event: 'node', fields: { node: name, state: 'down', code } });
        },
      });
    }),
  );

  function halt(): void {
    idle?.cancel();
    stop.abort();
  }

  async function finish(reason: 'shutdown' | 'idle'): Promise<void> {
    halt();
    turns.stop();
    // A client that takes nothing must not hold up the end: what it did not take goes back.
    const deadline = clock.setTimer(() => stream.drop(), rules.drainMs);
    await Promise.all(lanes);
    deadline.cancel();
    await stream.end({ event: 'end', fields: { reason } });
  }

  function end(reason: 'shutdown' | 'idle'): Promise<void> {
    ending ??= finish(reason);
    return ending;
  }

  stream.signal.addEventListener('abort', halt, { once: true });
  if (stream.signal.aborted) halt();
  else restartIdle();
  return { done: Promise.all([...lanes, stream.closed]).then(() => ending), end };
}
