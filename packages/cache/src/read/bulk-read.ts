import type { SharedValue } from '../shared/shared-tier.ts';
import type { ReadOptions } from '../view-options.ts';
import { type BulkSource, createBatch } from './batch.ts';
import type { CacheCore } from './cache-core.ts';
import { createLoadTurns } from './load-turns.ts';
import type { LoadSource, Lookup, ViewReader } from './view-reader.ts';

/** One of the ids of a bulk read. */
export interface Wanted<Id> {
  readonly id: Id;
  readonly text: string;
  readonly key: string;
  readonly source: LoadSource;
}

/** How many ids of one bulk read are loaded at a time where there is no `loadMany`. */
const LOADS_AT_A_TIME = 50;

/**
 * The values in the order of `wanted`: from this process, by one read of the shared tier, and by one call of `loadMany`.
 * Ids that somebody else brings already are waited for.
 *
 * @throws the first failure.
 */
export async function readMany<Id>(
  core: CacheCore,
  reader: ViewReader,
  wanted: readonly Wanted<Id>[],
  options: ReadOptions | undefined,
  source: BulkSource<Id> | undefined,
): Promise<unknown[]> {
  const policy = reader.policyOf(options);
  const values = new Map<string, unknown>();
  const missing = new Map<string, { want: Wanted<Id>; look: Lookup }>();
  for (const want of wanted) {
    if (values.has(want.text) || missing.has(want.text)) continue;
    const look = reader.open(want.text, want.key, want.source, options, policy);
    const held = reader.held(look);
    if (held === undefined) missing.set(want.text, { want, look });
    else values.set(want.text, held.value);
  }
  if (missing.size > 0) {
    const toStart = Array.from(missing.values()).filter(({ look }) => !reader.canJoin(look));
    const batch = source === undefined ? undefined : createBatch(core, reader.settings.name, toStart.length, source);
    const turns = source === undefined ? createLoadTurns(LOADS_AT_A_TIME) : undefined;
    // One read for all, which begins in the same turn as their flights: what is invalidated later detaches them.
    const found = readTier(core, reader, toStart);
    const places = new Map(toStart.map(({ want }, place) => [want, place]));
    const flights = Array.from(missing.values(), ({ want, look }) => {
      const place = places.get(want);
      if (place === undefined) return { look, flight: reader.join(look) };
      const seat = batch?.seat(want.id, reader.request(look));
      const first = found?.then((shared) => shared[place]);
      // Its flight hears of a failure by itself; one that does not look must not make it an unhandled one.
      first?.catch(() => undefined);
      return { look, flight: reader.join(look, { first, onDecided: seat?.decide, load: seat?.load, turns }) };
    });
    const entries = await Promise.all(flights.map(({ look, flight }) => reader.waitFor(look, flight)));
    flights.forEach(({ look }, place) => values.set(look.text, entries[place]!.value));
  }
  return wanted.map(({ text }) => values.get(text));
}

function readTier<Id>(
  core: CacheCore,
  reader: ViewReader,
  missing: readonly { want: Wanted<Id>; look: Lookup }[],
): Promise<(SharedValue | undefined)[]> | undefined {
  const { shared } = core;
  const isAsked =
    shared !== undefined && reader.settings.isShared && missing.length > 1 && core.gate.moment() !== Infinity;
  if (!isAsked || missing.some(({ look: { options } }) => options.skipShared === true || options.forceLoad === true)) {
    return undefined;
  }
  return shared.getMany(
    missing.map(({ look }) => look.key),
    { timeoutMs: missing[0]!.look.policy.sharedTimeoutMs, form: reader.settings.form },
  );
}
