import { createLocalRoom, type LocalRoomOptions, type RegionOptions } from './local-room.ts';
import type { LocalStore } from './region-store.ts';

export type { LocalStore } from './region-store.ts';

/** The bounds of a store, and who hears of what was pushed out. */
export interface LocalStoreOptions<V, M = undefined> extends LocalRoomOptions, RegionOptions<V, M> {}

/**
 * A store with a room of its own.
 *
 * @throws RangeError for bounds that are none.
 */
export function createLocalStore<V, M = undefined>({ onEvict, ...bounds }: LocalStoreOptions<V, M>): LocalStore<V, M> {
  return createLocalRoom(bounds).region({ onEvict });
}
