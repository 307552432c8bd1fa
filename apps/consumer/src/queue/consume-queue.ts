import { type Clock, createBackoff, describeError, sleep, withDeadline } from '@lockstep/core';

import { ConsumerError } from '../consumer-error.ts';
import type { LaneOf } from '../lanes/lane-of.ts';
import { Lanes } from '../lanes/lanes.ts';
import type { Sink } from '../sink/sink.ts';
import type { Source, SourceSession } from '../source/source.ts';
import { attemptDelivery } from './attempt-delivery.ts';
import type { DeliveryRules } from './delivery-rules.ts';
import type { QueueCounters } from './queue-counters.ts';
import type { QueueView } from './queue-view.ts';
import { Turnstile } from './turnstile.ts';

/** What a leadership grants its work. */
export interface HeldLeadership {
  readonly token: number;
  readonly signal: AbortSignal;
  /** @throws when it is over at this moment. */
  readonly assertHeld: () => void;
}

/** What a queue is consumed by. */
export interface ConsumeOptions {
  readonly source: Source;
  readonly sink: Sink;
  readonly laneOf: LaneOf;
  /** How many lanes at once. */
  readonly parallel: number;
  /** How far it reads ahead. */
  readonly window: number;
  readonly rules: DeliveryRules;
  /** Milliseconds that requests under way may take when it must end. */
  readonly drainMs: number;
  readonly counters: QueueCounters;
  readonly view: QueueView;
  readonly onTrouble: (what: string, id?: string) => void;
  readonly clock: Clock;
  readonly random: () => number;
}

/** How often it is looked what is left to do. */
const backlogEveryMs = 1000;

/**
 * Consumes a queue while a leadership holds: reads in order, delivers lane by lane, tells the source what is done. When
 * `leadership.signal` aborts it begins nothing more, cuts the requests that are under way, tells what was done, and resolves.
 *
 * @throws what went wrong where it cannot go on: ConsumerError `ERR_CONSUMER_STALE` or `ERR_CONSUMER_SOURCE`.
 */
export async function consumeQueue(leadership: HeldLeadership, options: ConsumeOptions): Promise<void> {
  const { source, view, clock, drainMs } = options;
  /** Aborts when nothing more is begun. */
  const work = new AbortController();
  /** Aborts requests that are under way. */
  const requests = new AbortController();
  let failure: unknown;
  const stop = (): void => {
    work.abort(new ConsumerError('ERR_CONSUMER_CLOSED', 'it is asked to stop'));
    // Who was overtaken, or soon is, has no time to let requests end.
    const { aborted, reason } = leadership.signal;
    if (aborted && (reason as { code?: unknown } | undefined)?.code === 'ERR_LOCK_LOST') requests.abort(reason);
  };
  const fail = (error: unknown): void => {
    failure ??= error;
    stop();
    requests.abort(error);
  };
  if (leadership.signal.aborted) return;
  leadership.signal.addEventListener('abort', stop, { once: true });
  let session: SourceSession | undefined;
  try {
    session = await source.open({
      token: leadership.token,
      signal: work.signal,
      onFailure: fail,
      onTrouble: (what) => options.onTrouble(what),
    });
    const context = {
      ...options,
      token: leadership.token,
      assertHeld: leadership.assertHeld,
      signal: requests.signal,
      stopping: work.signal,
      turnstile: new Turnstile(),
      session,
    };
    const lanes = new Lanes({
      parallel: options.parallel,
      clock,
      attempt: (lane) => attemptDelivery(lane, context),
      onFailure: fail,
    });
    view.begin(lanes);
    const watching = watchBacklog(session, options, work.signal);
    await readOn(session, lanes, options, work.signal);
    const cut = clock.setTimer(
      () => requests.abort(new ConsumerError('ERR_CONSUMER_CLOSED', 'no time is left')),
      drainMs,
    );
    await lanes.stop();
    cut.cancel();
    await watching;
    const onTimeout = (): Error => new ConsumerError('ERR_CONSUMER_SOURCE', 'no time is left to tell what was done');
    if (failure === undefined) await withDeadline(session.settle(), { ms: drainMs, onTimeout, clock });
  } catch (error) {
    if (failure === undefined && !work.signal.aborted) failure = error;
    else if (failure === undefined) options.onTrouble(describeError(error));
  } finally {
    leadership.signal.removeEventListener('abort', stop);
    stop();
    view.end();
    await session?.close();
  }
  // Whoever has lost a leadership is stale by nature.
  if (failure !== undefined && !leadership.signal.aborted) throw failure;
}

async function readOn(
  session: SourceSession,
  lanes: Lanes,
  { window, laneOf, onTrouble, clock, random }: ConsumeOptions,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff({ maxMs: 2000, random });
  let isTold = false;
  while (!signal.aborted) {
    await untilBelow(lanes, window, signal);
    if (signal.aborted) return;
    try {
      const messages = await session.read(window - lanes.size);
      for (const message of messages) lanes.add(laneOf(message), message);
      backoff.reset();
      isTold = false;
    } catch (error) {
      if (signal.aborted) return;
      if (!isTold) onTrouble(describeError(error));
      isTold = true;
      await sleep(backoff.next(), { signal, clock }).catch(() => undefined);
    }
  }
}

async function watchBacklog(
  session: SourceSession,
  { view, onTrouble, clock }: ConsumeOptions,
  signal: AbortSignal,
): Promise<void> {
  let isTold = false;
  while (!signal.aborted) {
    try {
      view.backlog = await session.backlog();
      isTold = false;
    } catch (error) {
      view.backlog = undefined;
      if (!isTold && !signal.aborted) onTrouble(describeError(error));
      isTold = true;
    }
    await sleep(backlogEveryMs, { signal, clock }).catch(() => undefined);
  }
}

/** Waits for room, or for the end. A race with one promise of the end would keep something of each turn until then. */
function untilBelow(lanes: Lanes, window: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
    void lanes.below(window).then(end);
    if (signal.aborted) end();
  });
}
