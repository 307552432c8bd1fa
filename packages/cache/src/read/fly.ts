import { withDeadline } from '@lockstep/core';

import type { SharedAnswer, SharedBound, SharedStore, SharedValue } from '../shared/shared-tier.ts';
import type { ReadEntry } from '../view.ts';
import { mayStandIn } from './await-flight.ts';
import { type CacheCore, inBackground } from './cache-core.ts';
import { Flight, type StandIn } from './flight.ts';
import { fill, keepLocally, keepShared } from './keep.ts';
import type { FlightParts, Loaded, LoadRequest } from './load-request.ts';
import { isolated } from './isolation.ts';
import { readShared, type SharedOutcome, tierFailed } from './read-shared.ts';
import { runLoad } from './run-load.ts';
import { judge, type Judged } from './shared-answer.ts';

const NO_PARTS: FlightParts = {};

/** Starts to bring a value. Who wants it waits by `awaitFlight`. */
export function takeOff(
  core: CacheCore,
  request: LoadRequest,
  stale: StandIn | undefined,
  parts: FlightParts = NO_PARTS,
): Flight {
  const { clock, ledger, follower, pending, fences, flights } = core;
  const { key } = request;
  if (core.samplers.size > 0) for (const sample of core.samplers) sample(request);
  const isServing = core.gate.moment() !== Infinity;
  // While invalidations cannot be heard, one who asks must not get what was read before he did, not even from a load
  // under way. So that he does not start a load of his own, he waits for the next one with all who come meanwhile.
  const before = isServing ? undefined : flights.get(key);
  const plan = {
    key,
    startedAt: clock.monotonic(),
    startedMoment: ledger.moment,
    tagEpoch: follower.epoch(0),
    tagSequence: follower.sequence(0),
    mayKeep: isServing && !pending.hasKey(key) && !fences.has(key),
    isServing,
    servesUnheard: request.policy.whenPartitioned === 'stale',
  };
  const flight = new Flight(plan, stale, parts === NO_PARTS ? core.landed : (landed) => touchDown(core, landed, parts));
  flights.add(flight);
  flight.deadline = core.deadlines.start(flight, request.policy.hardTimeoutMs, plan.startedAt);
  const store = usableTier(core, request, flight);
  if (before !== undefined) flight.follow(flyAfter(before, core, request, flight, parts));
  else if (store !== undefined && isServing && !request.forceLoad) readPlainly(core, store, request, flight, parts);
  else flight.follow(fly(core, store, request, flight, parts, request.forceLoad));
  return flight;
}

/** What is done with a flight that has ended. */
export function touchDown(core: CacheCore, flight: Flight, parts: FlightParts = NO_PARTS): void {
  core.deadlines.end(flight.deadline!);
  parts.onDecided?.(false);
  const { keeping } = flight;
  if (keeping === undefined) {
    core.flights.end(flight);
    return;
  }
  // Until it is filled, those who ask join the flight and get its value at once.
  const landed = keeping.finally(() => core.flights.end(flight));
  inBackground(core, landed);
}

/**
 * One plain read of the tier, which is all that most flights are. Without the log it could not tell whether a value is
 * of an epoch that has ended.
 */
function readPlainly(
  core: CacheCore,
  store: SharedStore,
  request: LoadRequest,
  flight: Flight,
  parts: FlightParts,
): void {
  const reading = new PlainReading(core, store, request, flight, parts);
  if (parts.first === undefined && store.read !== undefined) {
    store.read(request.key, reading, reading);
    return;
  }
  void (parts.first ?? store.get(request.key, reading)).then(
    (shared) => reading.succeeded(shared),
    (error: unknown) => reading.failed(error),
  );
}

/** What becomes of a plain read. A class without signal, closure or promise, each of which would show beside the read. */
class PlainReading implements SharedAnswer, SharedBound {
  readonly timeoutMs: number;
  readonly form: SharedBound['form'];
  readonly #core: CacheCore;
  readonly #store: SharedStore;
  readonly #request: LoadRequest;
  readonly #flight: Flight;
  readonly #parts: FlightParts;

  constructor(core: CacheCore, store: SharedStore, request: LoadRequest, flight: Flight, parts: FlightParts) {
    this.timeoutMs = request.policy.sharedTimeoutMs;
    this.form = request.view.form;
    this.#core = core;
    this.#store = store;
    this.#request = request;
    this.#flight = flight;
    this.#parts = parts;
  }

  /** Settles the flight by what was found, or goes on without it. */
  succeeded(shared: SharedValue | undefined): void {
    if (this.#flight.isAborted) return;
    if (shared === undefined || shared.freshForMs <= 0) {
      this.#goOn(this.#store, false);
      return;
    }
    try {
      const judged = judge(this.#core, this.#request, shared);
      if (judged instanceof Promise) {
        judged.then((found) => this.#weigh(found, shared)).catch((error: unknown) => this.#flight.reject(error));
      } else {
        this.#weigh(judged, shared);
      }
    } catch (error) {
      this.#flight.reject(error);
    }
  }

  failed(error: unknown): void {
    if (!this.#flight.isAborted) this.#goOn(undefined, false);
    tierFailed(this.#core, error);
  }

  #weigh(judged: Judged, shared: SharedValue): void {
    const flight = this.#flight;
    if (flight.isAborted) return;
    if (judged.kind === 'good' && judged.isFresh) {
      flight.resolve(delivered(this.#core, this.#request, flight, judged.value, shared));
    } else {
      this.#goOn(this.#store, true);
    }
  }

  #goOn(store: SharedStore | undefined, evenIfFresh: boolean): void {
    const flight = this.#flight;
    flight.follow(fly(this.#core, store, this.#request, flight, this.#parts, evenIfFresh));
  }
}

async function flyAfter(
  before: Flight,
  core: CacheCore,
  request: LoadRequest,
  flight: Flight,
  parts: FlightParts,
): Promise<ReadEntry<unknown>> {
  flight.hasBegun = false;
  await itsTurn(core, flight, before);
  return fly(core, usableTier(core, request, flight), request, flight, parts, request.forceLoad);
}

/** Brings the value by whatever it takes, when it is its turn. @param store where to claim it first */
function fly(
  core: CacheCore,
  store: SharedStore | undefined,
  request: LoadRequest,
  flight: Flight,
  parts: FlightParts,
  evenIfFresh: boolean,
): Promise<ReadEntry<unknown>> {
  const { turns } = parts;
  if (turns === undefined) return bring(core, store, request, flight, parts, evenIfFresh);
  // While others load, neither its time runs nor that of a claim.
  core.deadlines.end(flight.deadline!);
  return turns.run(() => {
    flight.signal.throwIfAborted();
    flight.deadline = core.deadlines.start(flight, request.policy.hardTimeoutMs);
    return bring(core, store, request, flight, parts, evenIfFresh);
  });
}

async function bring(
  core: CacheCore,
  store: SharedStore | undefined,
  request: LoadRequest,
  flight: Flight,
  parts: FlightParts,
  evenIfFresh: boolean,
): Promise<ReadEntry<unknown>> {
  const outcome: SharedOutcome =
    store === undefined ? { kind: 'alone' } : await readShared(core, store, request, flight, parts, evenIfFresh);
  if (outcome.kind === 'hit') return delivered(core, request, flight, outcome.value, outcome.shared);
  parts.onDecided?.(true);
  let loaded: Loaded;
  try {
    loaded = await (parts.load === undefined ? runLoad(core, request, flight) : parts.load(flight));
  } catch (error) {
    // Nobody waits for that: whoever comes now must not get this error, and starts anew.
    if (outcome.kind === 'load') inBackground(core, store!.release(request.key, outcome.token));
    const { stale } = flight;
    if (stale === undefined || !mayStandIn(core, flight)) throw error;
    return stale.entry;
  }
  if (outcome.kind === 'load') flight.keeping = fill(core, store!, request, flight, loaded, outcome);
  else if (outcome.kind === 'alone') keepLocally(core, request, flight, loaded);
  else core.stats.fillsRefused++;
  return { value: loaded.value, isStale: false, source: 'loader' };
}

function delivered(
  core: CacheCore,
  request: LoadRequest,
  flight: Flight,
  brought: unknown,
  shared: SharedValue,
): ReadEntry<unknown> {
  core.stats.sharedHits++;
  const value = request.view.isolation === 'freeze' ? isolated(brought, 'freeze') : brought;
  keepShared(core, request, flight, value, shared);
  return { value, isStale: false, source: 'shared' };
}

/** Waits for the flight before this one to end, but not for long. */
async function itsTurn({ clock, maxStalenessMs }: CacheCore, flight: Flight, before: Flight): Promise<void> {
  const { signal } = flight;
  const onTimeout = (): Error => new Error('the flight before takes too long');
  try {
    await withDeadline(before.result, { ms: maxStalenessMs, signal, clock, onTimeout });
  } catch {
    // However it ended, its turn has come.
    signal.throwIfAborted();
  }
  flight.hasBegun = true;
}

function usableTier(core: CacheCore, request: LoadRequest, flight: Flight): CacheCore['shared'] {
  const { shared } = core;
  // What is being invalidated may still be there; and what a tier cannot check without the log is not asked without it.
  if (shared === undefined || !request.useShared || core.pending.hasKey(request.key)) return undefined;
  return flight.plan.isServing || shared.verifiesEpoch === true ? shared : undefined;
}
