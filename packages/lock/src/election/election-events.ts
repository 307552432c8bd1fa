import { toError } from '@lockstep/core';
import type { Election, ElectionEvents } from './election.ts';

type Listener<E extends keyof ElectionEvents> = (...args: ElectionEvents[E]) => void;
type Listeners = { readonly [E in keyof ElectionEvents]: Set<Listener<E>> };

/** Who listens to an election. */
export interface ElectionEar {
  readonly on: Election['on'];
  /** Tells everybody; what one of them throws does not keep it from the others. */
  tell<E extends keyof ElectionEvents>(event: E, ...args: ElectionEvents[E]): void;
  hears(event: keyof ElectionEvents): boolean;
}

/** Options of `createElectionEar`. */
export interface ElectionEarOptions {
  /** An error that no listener heard of, or that one of them threw. */
  readonly onError: (error: Error) => void;
  /** Somebody listens who did not. */
  readonly onListener: (event: keyof ElectionEvents) => void;
}

/** Nobody listens yet. */
export function createElectionEar({ onError, onListener }: ElectionEarOptions): ElectionEar {
  const listeners: Listeners = { elected: new Set(), revoked: new Set(), leader: new Set(), error: new Set() };
  return {
    on(event, listener) {
      // Apart from others even when the same function is given twice.
      const heard: typeof listener = (...args) => listener(...args);
      listeners[event].add(heard);
      onListener(event);
      return () => void listeners[event].delete(heard);
    },
    tell(event, ...args) {
      for (const listener of listeners[event]) {
        try {
          listener(...args);
        } catch (error) {
          onError(toError(error));
        }
      }
      if (event === 'error' && listeners.error.size === 0) onError(...(args as ElectionEvents['error']));
    },
    hears: (event) => listeners[event].size > 0,
  };
}
