import { type Clock, toError } from '@lockstep/core';

import type { RefreshQueue, RefreshReason } from '../queue/refresh-queue.ts';
import type { GatewayCounters } from './gateway-stats.ts';
import { createRecentKeys } from './recent-keys.ts';

/** Why a gateway asks for a refresh. */
export type AskReason = Extract<RefreshReason, 'ageing' | 'stale' | 'missing'>;

/** The least urgent first. */
const REASONS: readonly AskReason[] = ['ageing', 'stale', 'missing'];

/** Asks the queue for refreshes, and never makes anybody wait for it. */
export interface Asks {
  /** Nothing when this process has asked for it lately, for the same reason or a more urgent one. */
  ask(key: string, reason: AskReason): void;
  /** The entry is there again: the next ask is a new one. */
  answered(key: string): void;
}

/** What asks work with. */
export interface AsksOptions {
  readonly queue: Pick<RefreshQueue, 'enqueue'>;
  readonly askEveryMs: number;
  readonly clock: Clock;
  readonly counters: GatewayCounters;
  readonly onError: (error: Error) => void;
  readonly signal: AbortSignal;
}

const MAX_KEYS = 10_000;
/** So many may be under way: a queue that does not answer must not collect promises. */
const MAX_UNDER_WAY = 256;

/** Makes a table of them. */
export function createAsks({ queue, askEveryMs, clock, counters, onError, signal }: AsksOptions): Asks {
  const asked = createRecentKeys<number>(clock, askEveryMs, MAX_KEYS);
  let underWay = 0;

  async function send(key: string, reason: AskReason): Promise<void> {
    underWay++;
    try {
      const answer = await queue.enqueue({ key, reason, requestedAt: clock.now() }, { signal });
      counters.asked++;
      if (answer === 'known') counters.askedKnown++;
    } catch (error) {
      counters.asksFailed++;
      if (!signal.aborted) onError(toError(error));
    } finally {
      underWay--;
    }
  }

  return {
    ask(key, reason) {
      const urgency = REASONS.indexOf(reason);
      const last = asked.get(key);
      if (last !== undefined && last >= urgency) return;
      asked.set(key, urgency);
      if (underWay >= MAX_UNDER_WAY) {
        counters.asksFailed++;
        return;
      }
      void send(key, reason);
    },
    answered: (key) => asked.delete(key),
  };
}
