import { createBackoff, describeError } from '@lockstep/core';

import { ConsumerError } from '../consumer-error.ts';
import type { Attempt, Lane } from '../lanes/lanes.ts';
import type { Sink, Verdict } from '../sink/sink.ts';
import type { Message } from '../source/message.ts';
import type { Burial, SourceSession } from '../source/source.ts';
import type { DeliveryRules } from './delivery-rules.ts';
import { noteBegun, type NotedTry, noteEnded, takeBack } from './note-tries.ts';
import type { QueueCounters } from './queue-counters.ts';
import { isDeadly, isTriedAlone } from './suspicion.ts';
import type { Turnstile } from './turnstile.ts';

/** With what a leadership delivers. */
export interface DeliveryContext {
  readonly rules: DeliveryRules;
  readonly token: number;
  /** Aborts requests that are under way. */
  readonly signal: AbortSignal;
  /** Aborts when nothing more is begun. */
  readonly stopping: AbortSignal;
  /** @throws when the leadership is over at this moment. */
  readonly assertHeld: () => void;
  readonly session: Pick<SourceSession, 'done' | 'bury' | 'triesOf' | 'note'>;
  readonly turnstile: Turnstile;
  readonly sink: Sink;
  readonly counters: QueueCounters;
  /** Told when a message fails for the first time, and when one was buried. Never with the message itself. */
  readonly onTrouble: (what: string, id: string) => void;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * One attempt to deliver the front of a lane.
 *
 * @throws when the leadership is over: the reason of its signal, or ConsumerError `ERR_CONSUMER_STALE`.
 */
export async function attemptDelivery(lane: Lane, context: DeliveryContext): Promise<Attempt> {
  const { rules, session, turnstile } = context;
  const first = lane.messages[0]!;
  const tries = session.triesOf(first);
  if (isDeadly(tries, rules)) {
    context.assertHeld();
    const reason = `${tries.unfinished} leaders ended before it was answered`;
    if (await bury(lane, { reason, tries: tries.refused + tries.unfinished }, context)) return { done: 1 };
    lane.failures += 1;
    return { againInMs: delayMs(lane.failures, context) };
  }
  await turnstile.enter(isTriedAlone(tries));
  try {
    return await deliver(lane, frontOf(lane, context), context);
  } finally {
    turnstile.leave();
  }
}

/** What goes together. After a failure one alone, so that a bad message does not take its neighbours along. */
function frontOf({ messages, failures }: Lane, { rules, session }: DeliveryContext): readonly Message[] {
  const front = messages.slice(0, failures > 0 ? 1 : rules.batch);
  const alone = front.findIndex((message) => isTriedAlone(session.triesOf(message)));
  return alone < 0 ? front : front.slice(0, Math.max(1, alone));
}

async function deliver(lane: Lane, messages: readonly Message[], context: DeliveryContext): Promise<Attempt> {
  const { token, signal, stopping, assertHeld, session, sink, counters } = context;
  if (stopping.aborted) return { againInMs: 0 };
  let noted: readonly NotedTry[];
  try {
    noted = await noteBegun(messages, session);
  } catch (error) {
    return handleTrouble(lane, error, context);
  }
  if (stopping.aborted) {
    await takeBack(noted, session);
    return { againInMs: 0 };
  }
  let verdict: Verdict;
  try {
    assertHeld();
    verdict = await sink.deliver({ token, messages, signal });
  } catch (error) {
    await takeBack(noted, session);
    throw error;
  }
  if (verdict.kind === 'stale') {
    await takeBack(noted, session);
    throw new ConsumerError('ERR_CONSUMER_STALE', 'the sink has heard of a newer leader');
  }
  if (verdict.kind !== 'accepted') return handleFailure(lane, messages, { verdict, noted }, context);
  session.done(messages);
  counters.delivered += messages.length;
  lane.failures = 0;
  return { done: messages.length };
}

async function handleFailure(
  lane: Lane,
  messages: readonly Message[],
  { verdict, noted }: { verdict: Exclude<Verdict, { kind: 'accepted' | 'stale' }>; noted: readonly NotedTry[] },
  context: DeliveryContext,
): Promise<Attempt> {
  const { rules, session, counters, assertHeld, onTrouble } = context;
  const first = messages[0]!;
  lane.failures += 1;
  counters.failures += 1;
  if (lane.failures === 1) onTrouble(verdict.reason, first.id);
  const isRefused = verdict.kind === 'refused';
  // Of a batch nobody knows which one was meant.
  const isMeant = isRefused && messages.length === 1;
  await noteEnded(noted, isMeant ? first : undefined, session);
  if (isRefused && !isMeant) return { againInMs: 0 };
  const { refused } = session.triesOf(first);
  if (isMeant && refused >= rules.poison.tries && rules.poison.action === 'bury') {
    assertHeld();
    const burial = { reason: verdict.reason, tries: refused };
    if (await bury(lane, burial, context)) return { done: 1 };
  }
  const wanted = verdict.kind === 'unavailable' ? (verdict.againInMs ?? 0) : 0;
  return { againInMs: Math.min(rules.retry.maxMs, Math.max(wanted, delayMs(lane.failures, context))) };
}

/** Buries the first of a lane, if that is possible. */
async function bury(lane: Lane, burial: Burial, { session, counters, onTrouble }: DeliveryContext): Promise<boolean> {
  const first = lane.messages[0]!;
  try {
    await session.bury(first, burial);
  } catch (error) {
    if (error instanceof ConsumerError && error.code === 'ERR_CONSUMER_STALE') throw error;
    onTrouble(`could not be buried: ${describeError(error)}`, first.id);
    return false;
  }
  onTrouble(`buried after ${burial.tries} tries: ${burial.reason}`, first.id);
  counters.buried += 1;
  lane.failures = 0;
  return true;
}

/** An attempt that did not begin. */
function handleTrouble(lane: Lane, error: unknown, context: DeliveryContext): Attempt {
  if (!(error instanceof ConsumerError) || error.code !== 'ERR_CONSUMER_SOURCE') throw error;
  lane.failures += 1;
  if (lane.failures === 1) context.onTrouble(describeError(error), lane.messages[0]!.id);
  return { againInMs: delayMs(lane.failures, context) };
}

/** The delay after so many failures in a row. */
function delayMs(failures: number, { rules, random }: DeliveryContext): number {
  const minMs = Math.min(rules.retry.maxMs, rules.retry.minMs * 2 ** Math.min(failures - 1, 30));
  return createBackoff({ minMs, maxMs: rules.retry.maxMs, random }).next();
}
