import { createBackoff, describeError } from '@lockstep/core';

import { ConsumerError } from '../consumer-error.ts';
import type { Attempt, Lane } from '../lanes/lanes.ts';
import type { Sink, Verdict } from '../sink/sink.ts';
import type { Message } from '../source/message.ts';
import type { SourceSession } from '../source/source.ts';
import type { QueueCounters } from './queue-counters.ts';

/** How the front of a lane is taken to the sink. */
export interface DeliveryRules {
  /** How many messages go together. */
  readonly batch: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  readonly poison: { readonly tries: number; readonly action: 'bury' | 'stop' };
}

/** With what a leadership delivers. */
export interface DeliveryContext {
  readonly rules: DeliveryRules;
  readonly token: number;
  /** Aborts requests that are under way. */
  readonly signal: AbortSignal;
  /** @throws when the leadership is over at this moment. */
  readonly assertHeld: () => void;
  readonly session: Pick<SourceSession, 'done' | 'bury'>;
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
  const { rules, token, signal, assertHeld, session, sink, counters } = context;
  // After a failure one alone, so that a bad message does not take its neighbours along.
  const messages = lane.messages.slice(0, lane.failures > 0 ? 1 : rules.batch);
  assertHeld();
  const verdict = await sink.deliver({ token, messages, signal });
  if (verdict.kind === 'stale') throw new ConsumerError('ERR_CONSUMER_STALE', 'the sink has heard of a newer leader');
  if (verdict.kind !== 'accepted') return handleFailure(lane, messages, verdict, context);
  session.done(messages);
  counters.delivered += messages.length;
  lane.failures = 0;
  lane.refusals = 0;
  return { done: messages.length };
}

async function handleFailure(
  lane: Lane,
  messages: readonly Message[],
  verdict: Exclude<Verdict, { kind: 'accepted' | 'stale' }>,
  context: DeliveryContext,
): Promise<Attempt> {
  const { rules, session, counters, assertHeld, onTrouble } = context;
  const first = messages[0]!;
  lane.failures += 1;
  counters.failures += 1;
  if (lane.failures === 1) onTrouble(verdict.reason, first.id);
  // Of a batch nobody knows which one was meant.
  const isRefused = verdict.kind === 'refused';
  if (isRefused && messages.length > 1) return { againInMs: 0 };
  if (isRefused) lane.refusals += 1;
  if (lane.refusals >= rules.poison.tries && rules.poison.action === 'bury') {
    assertHeld();
    try {
      await session.bury(first, { reason: verdict.reason, tries: lane.refusals });
      onTrouble(`buried after ${lane.refusals} tries: ${verdict.reason}`, first.id);
      counters.buried += 1;
      lane.failures = 0;
      lane.refusals = 0;
      return { done: 1 };
    } catch (error) {
      if (error instanceof ConsumerError && error.code === 'ERR_CONSUMER_STALE') throw error;
      onTrouble(`could not be buried: ${describeError(error)}`, first.id);
    }
  }
  const wanted = verdict.kind === 'unavailable' ? (verdict.againInMs ?? 0) : 0;
  return { againInMs: Math.min(rules.retry.maxMs, Math.max(wanted, delayMs(lane.failures, context))) };
}

/** The delay after so many failures in a row. */
function delayMs(failures: number, { rules, random }: DeliveryContext): number {
  const minMs = Math.min(rules.retry.maxMs, rules.retry.minMs * 2 ** Math.min(failures - 1, 30));
  return createBackoff({ minMs, maxMs: rules.retry.maxMs, random }).next();
}
