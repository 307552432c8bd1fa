import type { PoolLike } from './pool-like.ts';

/** A pool with the name that its failed deletes are spooled under. */
export interface NamedPool {
  /** The same name must stand for the same servers in every process, and after a restart. */
  readonly name: string;
  /** You own it; the backend never closes it. */
  readonly pool: PoolLike;
}
