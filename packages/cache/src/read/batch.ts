import type { LoadContext, LoadManyContext } from '../load-context.ts';
import type { LoadedMany } from '../view-options.ts';
import type { CacheCore } from './cache-core.ts';
import type { Flight } from './flight.ts';
import { pick } from './load-one.ts';
import type { Loaded, LoadRequest } from './load-request.ts';
import { manyContext } from './many-context.ts';
import { counted, runLoad } from './run-load.ts';

/** Brings many values at once. */
export interface BulkSource<Id> {
  readonly loadMany: (
    ids: readonly Id[],
    context: LoadManyContext<Id>,
  ) => Promise<LoadedMany<Id, unknown>> | LoadedMany<Id, unknown>;
  /** The id as text. */
  readonly textOf: (id: Id) => string;
}

/** The part of one flight in a batch. */
export interface Seat {
  /** Said once by the flight: whether it loads now. */
  readonly decide: (loadsNow: boolean) => void;
  readonly load: (flight: Flight) => Promise<Loaded>;
}

/** Loads that are made by one call. */
export interface Batch<Id> {
  seat(id: Id, request: LoadRequest): Seat;
}

/**
 * Waits until each of `size` flights knows whether it loads now, then makes one call for those that do. Who has to wait
 * for another process and loads later makes a call of its own.
 */
export function createBatch<Id>(core: CacheCore, view: string, size: number, source: BulkSource<Id>): Batch<Id> {
  let undecided = size;
  const ids: Id[] = [];
  // By text, and complete when the call is made: each of its flights has run up to here in the turn in which it decided.
  const contexts = new Map<string, LoadContext>();
  const controller = new AbortController();
  let leavers = 0;
  let loaded: Promise<LoadedMany<Id, unknown>> | undefined;
  let depart: () => void = () => undefined;
  const departed = new Promise<void>((resolve) => {
    depart = resolve;
  });

  async function bring(place: number): Promise<unknown> {
    await departed;
    loaded ??= call();
    const value = pick(await loaded, ids, place);
    if (value instanceof Error) throw value;
    return value;
  }

  function call(): Promise<LoadedMany<Id, unknown>> {
    const { signal } = controller;
    const context = manyContext(signal, source.textOf, contexts);
    return counted(core, view, async () => source.loadMany(ids, context), signal);
  }

  function leave(flight: Flight): void {
    // The call is of no use once every one of its flights has been given up.
    if (++leavers === ids.length) controller.abort(flight.signal.reason);
  }

  return {
    seat(id, request) {
      let isDecided = false;
      let place = -1;
      return {
        decide(loadsNow) {
          if (isDecided) return;
          isDecided = true;
          if (loadsNow) place = ids.push(id) - 1;
          if (--undecided === 0) depart();
        },
        load(flight) {
          if (place === -1) return runLoad(core, request, flight);
          flight.signal.addEventListener('abort', () => leave(flight), { once: true });
          const load = (context: LoadContext): Promise<unknown> => {
            contexts.set(request.text, context);
            return bring(place);
          };
          return runLoad(core, { ...request, load }, flight, false);
        },
      };
    },
  };
}
