import { withDeadline } from '@lockstep/core';

import type { KnownKey } from '../definition/definition-table.ts';
import { partOf, sizeOf } from '../store/memory/held-content.ts';
import { RefreshError } from '../refresh-error.ts';
import { checkPart } from '../store/check-part.ts';
import type { Content, Part } from '../store/content.ts';
import type { Freshness, StoredEntry } from '../store/entry-store.ts';
import type { Asks } from './asks.ts';
import { createCircuit } from './circuit.ts';
import type { ColdReads, ColdReason } from './cold-reads.ts';
import type { CheckedGatewayOptions } from './gateway-options.ts';
import type { GatewayCounters } from './gateway-stats.ts';
import type { LocalEntries } from './local-entries.ts';
import type { ReadOptions, RefreshAnswer } from './refresh-gateway.ts';

/** What reads work with. */
export interface StoreReadWorks {
  readonly options: CheckedGatewayOptions;
  readonly counters: GatewayCounters;
  readonly asks: Asks;
  readonly cold: ColdReads;
  /** What the process remembers. */
  readonly local: LocalEntries | undefined;
}

/** Reads of the store, which fall back on the source. */
export interface StoreReads {
  read<D>(
    target: KnownKey,
    part: Part,
    interpret: (content: Content) => D,
    bounds: ReadOptions,
  ): Promise<RefreshAnswer<D>>;
}

/** What was stored is missing again as soon as it is read, so often: then the source is asked without the store. */
const MAX_ROUNDS = 3;

/** Makes them. */
export function createStoreReads({ options, counters, asks, cold, local }: StoreReadWorks): StoreReads {
  const { store, clock, random } = options;
  const circuit = createCircuit(clock, random);

  /** The entry, or why the source must be asked. */
  async function look(
    { key, definition }: KnownKey,
    part: Part,
    signal: AbortSignal | undefined,
  ): Promise<StoredEntry | { readonly reason: ColdReason; readonly cause?: unknown; readonly ticket?: number }> {
    if (!circuit.admits()) return { reason: 'store-down', cause: downError(definition.name) };
    try {
      const fetch = (): Promise<StoredEntry | undefined> =>
        store.read(key, definition.shape, part, signal && { signal });
      const entry = await (part.kind === 'whole' && local !== undefined ? local.load(key, fetch) : fetch());
      circuit.succeeded();
      return entry ?? { reason: 'missing' };
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'ERR_REFRESH_CONTENT') return { reason: 'unreadable', cause: error };
      if (code !== 'ERR_REFRESH_STORE') throw error;
      circuit.failed();
      counters.storeErrors++;
      return { reason: 'store-down', cause: error };
    }
  }

  function answer<D>(target: KnownKey, freshness: Freshness, data: D): RefreshAnswer<D> {
    const { ageMs, freshForMs, size } = freshness;
    const isFresh = freshForMs > 0;
    if (freshForMs < target.definition.refreshBelowMs) asks.ask(target.key, isFresh ? 'ageing' : 'stale');
    return { data, state: isFresh ? 'fresh' : 'stale', ageMs, freshForMs, size };
  }

  return {
    async read(target, part, interpret, { signal, waitMs }) {
      const { shape } = target.definition;
      checkPart(shape, part);
      const kept = local?.find(target.key, part, interpret);
      if (kept !== undefined) {
        counters.remembered++;
        return answer(target, kept.freshness, kept.data);
      }
      const until = waitMs === undefined ? Infinity : clock.monotonic() + waitMs;
      for (let round = 0; ; round++) {
        let found = await look(target, part, signal);
        if ('content' in found) {
          try {
            return answer(target, found, interpret(found.content));
          } catch (error) {
            if ((error as { code?: unknown }).code !== 'ERR_REFRESH_CONTENT') throw error;
            found = { reason: 'unreadable', cause: error, ticket: found.ticket };
          }
        }
        const { reason, cause, ticket } = found;
        if (reason === 'unreadable') counters.unreadable++;
        if (reason === 'missing') counters.missing++;
        if (reason !== 'store-down') asks.ask(target.key, 'missing');
        const flight =
          round >= MAX_ROUNDS
            ? cold.get(target, 'store-down', cause ?? goneError(target.definition.name))
            : cold.get(target, reason, cause, ticket);
        const cooled = await bounded(flight, target, until - clock.monotonic(), signal);
        if (cooled.kind === 'there') continue;
        const { content, ttlMs, at, isSuperseded } = cooled;
        const ageMs = clock.monotonic() - at;
        const data = interpret(partOf(content, part));
        return {
          data,
          state: isSuperseded ? 'stale' : 'loaded',
          ageMs,
          freshForMs: ttlMs - ageMs,
          size: sizeOf(content),
        };
      }
    },
  };

  function bounded<T>(
    flight: Promise<T>,
    { definition }: KnownKey,
    ms: number,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    if (ms === Infinity && signal === undefined) return flight;
    const { name: source } = definition;
    const onTimeout = (): Error =>
      new RefreshError('ERR_REFRESH_TIMEOUT', `an entry of ${source} was not there in time`, { source });
    return withDeadline(flight, { ms, signal, onTimeout, clock });
  }
}

function goneError(source: string): RefreshError {
  return new RefreshError('ERR_REFRESH_TIMEOUT', `an entry of ${source} was gone again each time it was there`, {
    source,
  });
}

function downError(source: string): RefreshError {
  return new RefreshError('ERR_REFRESH_STORE', 'the store did not answer lately', { source });
}
