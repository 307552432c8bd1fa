import { setMaxListeners } from 'node:events';

import { sleep, withDeadline } from '@lockstep/core';

import { hearsReads, outcomeOf, publishRead } from '../channels.ts';
import { createDefinitionTable, type KnownKey } from '../definition/definition-table.ts';
import { refreshKey } from '../definition/refresh-key.ts';
import { createAnnouncer } from '../load/announcer.ts';
import { createEntryChanges } from '../load/entry-changes.ts';
import { createLoadSlots } from '../load/load-slots.ts';
import { createOrigins } from '../load/origins.ts';
import { RefreshError } from '../refresh-error.ts';
import type { Content, Part } from '../store/content.ts';
import { createArrivals } from './arrivals.ts';
import { createAsks } from './asks.ts';
import { createColdReads } from './cold-reads.ts';
import { createDirectLoads } from './direct-loads.ts';
import { checkGatewayOptions, type RefreshGatewayOptions } from './gateway-options.ts';
import { createGatewayCounters } from './gateway-stats.ts';
import { createLocalEntries } from './local-entries.ts';
import type { ReadOptions, RefreshAnswer, RefreshGateway } from './refresh-gateway.ts';
import { createSourceReads } from './source-reads.ts';
import { createStoreReads } from './store-reads.ts';

const WHOLE: Part = { kind: 'whole' };

/**
 * Serves entries to readers. It starts nothing until the first read.
 *
 * @throws TypeError or RangeError for options that make no sense.
 */
export function createRefreshGateway(given: RefreshGatewayOptions): RefreshGateway {
  const options = checkGatewayOptions(given);
  const { clock, random, queue, log, onStored, onError } = options;
  const definitions = createDefinitionTable(options.definitions);
  const counters = createGatewayCounters();
  const ending = new AbortController();
  // Every load and wait listens to it.
  setMaxListeners(0, ending.signal);
  const closing = ending.signal;
  const tails = new Set<Promise<void>>();
  const slots = new Map(definitions.all.map((definition) => [definition.name, createLoadSlots(definition)]));
  const arrivals = createArrivals(log, clock, onError);
  const origins = createOrigins(options.region);
  const onLost = (): void => void counters.publishesFailed++;
  const announcer = createAnnouncer({ log, onStored, origins, clock, random, onError, onLost });
  const changes = createEntryChanges({ store: options.store, queue, definitions, announcer, clock });
  const works = {
    options,
    counters,
    closing,
    arrivals,
    announcer,
    loadDirectly: createDirectLoads(options, counters, closing),
    slotsOf: (source: string) => slots.get(source)!,
    keep(tail: Promise<void>) {
      tails.add(tail);
      void tail.finally(() => tails.delete(tail));
    },
  };
  const { askEveryMs } = options;
  const asks = createAsks({ queue, askEveryMs, clock, counters, onError, signal: closing });
  const { memory } = options;
  const local = memory && log && createLocalEntries(memory, log, clock, onError);
  const reads = createStoreReads({ options, counters, asks, local, cold: createColdReads(works) });

  async function read<D>(
    target: KnownKey,
    part: Part,
    interpret: (content: Content) => D,
    bounds: ReadOptions,
  ): Promise<RefreshAnswer<D>> {
    closing.throwIfAborted();
    counters.reads++;
    const from = hearsReads() ? clock.monotonic() : undefined;
    let outcome = 'aborted';
    try {
      const answer = await reads.read(target, part, interpret, bounds);
      counters[answer.state]++;
      outcome = answer.state;
      return answer;
    } catch (error) {
      counters.failed++;
      outcome = outcomeOf(error);
      throw error;
    } finally {
      if (from !== undefined) {
        publishRead({ source: target.definition.name, outcome, durationMs: clock.monotonic() - from });
      }
    }
  }

  const gateway: RefreshGateway = {
    ...changes,
    read: async (key, bounds = {}) => read(definitions.find(key), bounds.part ?? WHOLE, (content) => content, bounds),
    of(definition) {
      if (!definitions.has(definition)) throw new TypeError(`the gateway was not given ${definition.name}`);
      return createSourceReads(definition, (id, part, interpret, bounds) =>
        read(definitions.find(refreshKey(definition.name, id)), part, interpret, bounds),
      );
    },
    stats: () => ({ ...counters }),
    async close({ drainMs = 5000 } = {}) {
      if (!closing.aborted) {
        const error = new RefreshError('ERR_REFRESH_CLOSED', 'the gateway was closed');
        await drained(drainMs);
        ending.abort(error);
      }
      await Promise.all([arrivals[Symbol.asyncDispose](), local?.close()]);
      await withDeadline(Promise.all(tails), { ms: 1000, onTimeout: () => new Error('late'), clock }).catch(() => []);
    },
    [Symbol.asyncDispose]: () => gateway.close(),
  };

  async function drained(ms: number): Promise<void> {
    if (tails.size === 0) return;
    await Promise.race([Promise.all(tails), sleep(ms, { clock })]);
  }
  return gateway;
}
