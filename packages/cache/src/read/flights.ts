import { TurnoverMap } from '@lockstep/core';

import type { Flight } from './flight.ts';

/** The flights of a cache. */
export interface Flights {
  /** The one to join. */
  get(key: string): Flight | undefined;
  /** Adds one, which those who come are to join. */
  add(flight: Flight): void;
  /** What was begun for this key was begun too early: nobody joins it, and nothing of it is kept. */
  detach(key: string): void;
  detachAll(): void;
  /** Detaches those whose key begins so. */
  detachPrefix(prefix: string): void;
  /** Whoever comes from now on starts anew. What is under way may still be kept. */
  seal(): void;
  /** It has ended. */
  end(flight: Flight): void;
  /** Ends all with this error. */
  abortAll(reason: Error): void;
}

/** Holds only what is under way. */
export function createFlights(): Flights {
  // The newest of each key; older ones of the same key hang on it.
  const current = new TurnoverMap<string, Flight>();
  const detached = new Set<Flight>();
  let seals = 0;
  function detach(key: string): void {
    for (let flight = current.get(key); flight !== undefined; flight = flight.older) {
      flight.isCurrent = false;
      detached.add(flight);
    }
    current.delete(key);
  }
  return {
    get(key) {
      const flight = current.get(key);
      return flight?.seal === seals && !flight.isAborted ? flight : undefined;
    },
    add(flight) {
      flight.seal = seals;
      flight.older = current.get(flight.plan.key);
      current.set(flight.plan.key, flight);
    },
    detach,
    detachAll() {
      for (const [key] of current.entries()) detach(key);
    },
    detachPrefix(prefix) {
      for (const [key] of current.entries()) if (key.startsWith(prefix)) detach(key);
    },
    seal() {
      seals++;
    },
    end(ended) {
      if (!ended.isCurrent) detached.delete(ended);
      const newest = current.get(ended.plan.key);
      if (newest === ended) {
        if (ended.older === undefined) current.delete(ended.plan.key);
        else current.set(ended.plan.key, ended.older);
        return;
      }
      for (let flight = newest; flight !== undefined; flight = flight.older) {
        if (flight.older === ended) flight.older = ended.older;
      }
    },
    abortAll(reason) {
      const open = Array.from(detached);
      for (const [, newest] of current.entries()) {
        for (let flight: Flight | undefined = newest; flight !== undefined; flight = flight.older) open.push(flight);
      }
      for (const flight of open) flight.abort(reason);
    },
  };
}
