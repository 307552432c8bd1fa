import { channel } from 'node:diagnostics_channel';

import type { RingNode } from '@lockstep/hashring';

import type { Key } from '../driver/driver.ts';

/** What an owner of a pool may have to act on. Told to `onEvent`, each in a turn of its own. */
export type PoolEvent =
  /** Calls to the node are no longer sent, until a probe succeeds. `ejected`: others own its keys until then. */
  | { readonly type: 'node-down'; readonly node: RingNode; readonly ejected: boolean; readonly error: unknown }
  /** The node serves again, and `cleared` says what was done to what it held from before. */
  | { readonly type: 'node-up'; readonly node: RingNode; readonly downMs: number; readonly cleared: Cleared }
  /** `deleteEverywhere` had its policy met already, and one of the other nodes did not confirm. */
  | { readonly type: 'delete-failed'; readonly node: RingNode; readonly key: Key; readonly error: unknown }
  /** Another ring is in use. */
  | { readonly type: 'reloaded'; readonly added: readonly RingNode[]; readonly removed: readonly RingNode[] }
  /** A node that left was closed with that many calls in flight, because they took too long. */
  | { readonly type: 'drain-expired'; readonly node: RingNode; readonly inFlight: number }
  /** Misses are no longer filled from the node, as it may hold what has been overwritten. */
  | { readonly type: 'warm-up-stopped'; readonly node: RingNode; readonly error: unknown }
  /** A copy of a call was not carried out: it failed with `error`, or, without one, too many were under way. */
  | { readonly type: 'shadow-failed'; readonly error?: unknown };

/**
 * What was done to a node's old values before it served again: all dropped, those deleted that changed
 * meanwhile, or nothing because nothing changed.
 */
export type Cleared = 'flushed' | 'deleted' | 'nothing';

/** Where events go. */
export type PoolListener = (event: PoolEvent) => void;

const poolChannel = channel('lockstep:memcache:pool');

/**
 * Tells the listener in a turn of its own, so that what it throws is an uncaught error and not a failed
 * call; and who subscribed to the diagnostics channel `lockstep:memcache:pool`.
 */
export function emitTo(listener: PoolListener | undefined): PoolListener {
  return (event) => {
    if (poolChannel.hasSubscribers) poolChannel.publish(event);
    if (listener !== undefined) queueMicrotask(() => listener(event));
  };
}
