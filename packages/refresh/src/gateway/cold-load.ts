import { toError } from '@lockstep/core';
import type { Lease } from '@lockstep/lock';

import type { KnownKey } from '../definition/definition-table.ts';
import type { Announcer } from '../load/announcer.ts';
import { checkSwitch } from '../load/check-switch.ts';
import type { LoadSlots } from '../load/load-slots.ts';
import { type LoadResult, runLoad } from '../load/run-load.ts';
import { settle } from '../load/settle.ts';
import type { ColdAnswer } from './cold-answer.ts';
import type { CheckedGatewayOptions } from './gateway-options.ts';
import type { GatewayCounters } from './gateway-stats.ts';

/** What the load of a missing entry works with. */
export interface ColdLoadWorks {
  readonly options: CheckedGatewayOptions;
  readonly counters: GatewayCounters;
  readonly announcer: Announcer;
  readonly slotsOf: (source: string) => LoadSlots;
  readonly closing: AbortSignal;
  /** Keeps what goes on after the answer, for `close`. */
  readonly keep: (tail: Promise<void>) => void;
}

/**
 * Loads a missing entry under its lease, within a slot of the caller's, and gives the lease back. Undefined when somebody with a newer lease is at it.
 * Whoever waits has the answer as soon as it is stored: that others are told, and that tasks are dropped, comes after.
 *
 * @throws what `runLoad` throws.
 */
export async function loadCold(
  works: ColdLoadWorks,
  target: KnownKey,
  lease: Lease,
  isForced: boolean,
): Promise<ColdAnswer | undefined> {
  const { options, counters, closing } = works;
  const { store, clock } = options;
  let at = 0;
  let result: LoadResult | undefined;
  try {
    result = await runLoad({
      target,
      store,
      clock,
      lease,
      by: 'gateway',
      isEnough: () => !isForced,
      signal: closing,
      beforeCall: async () => {
        // It may have been switched off while the lock or a slot was waited for.
        await checkSwitch(target.definition, options.switches);
        counters.loads++;
        at = clock.monotonic();
      },
    });
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_REFRESH_DISABLED') counters.loadsFailed++;
    throw error;
  } finally {
    works.keep(finish(works, target, lease, result));
  }
  if (result.kind === 'outrun') return undefined;
  if (result.kind === 'enough' || result.kind === 'unchanged') return { kind: 'there' };
  if (result.kind === 'unstored') options.onError(toError(result.error));
  const { content, ttlMs } = result;
  // Undefined where the source only said that what has been invalidated since was unchanged.
  return content && { kind: 'loaded', content, ttlMs, at, isSuperseded: result.kind === 'superseded' };
}

async function finish(
  works: ColdLoadWorks,
  target: KnownKey,
  lease: Lease,
  result: LoadResult | undefined,
): Promise<void> {
  const { options, announcer, closing } = works;
  const { store, queue, clock, onError } = options;
  const { key, definition } = target;
  try {
    if (result?.kind !== 'stored') return;
    await announcer.tell(
      { key, source: definition.name, kind: 'replaced', reason: undefined, ticket: lease.token },
      closing,
    );
    await settle({ target, store, queue, clock, signal: closing, settleMs: 0 });
  } catch (error) {
    // The task that was not dropped finds a fresh entry.
    if (!closing.aborted) onError(toError(error));
  } finally {
    await lease.release();
  }
}
