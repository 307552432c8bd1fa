import type { Operation } from '../operation/operation.ts';
import type { PackedWrites } from '../operation/packed-writes.ts';

/** Where a receiver's operations go: a memcached pool, or anything that can promise the same. */
export interface Applier {
  /**
   * Carries out `operations` and resolves only when every node they touch has confirmed them. There
   * is at most one operation per key, so nodes may be written in any order and a repeat is harmless.
   *
   * @throws when any of it is not confirmed within `timeoutMs`; the batch is then sent again whole.
   */
  applyBatch(operations: readonly Operation[], options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * As `applyBatch`, of operations that lie packed in the bytes that came, which must not be changed: several times
   * cheaper where they need not be looked at one by one. Without it they are unpacked for `applyBatch`.
   *
   * @throws as `applyBatch`, which is then asked for parts of them, where one may be the reason.
   */
  applyPacked?(writes: PackedWrites, options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * Drops every key that starts with one of `prefixes`, an empty one meaning all keys, and resolves only when every
   * node has none of them that was there when it was called. What is stored meanwhile may stay or go.
   *
   * A journal that ran out of room for keys asks for it; see `classOf` of its options. Without it such a batch is not
   * applied, and its shard waits.
   *
   * @throws when any of it is not confirmed within `timeoutMs`; it is then asked for again.
   */
  clear?(prefixes: readonly Buffer[], options: { readonly timeoutMs: number }): Promise<void>;
  /**
   * Whether an error of `applyBatch` says that one of the operations can never be carried out, such as a key that
   * is not allowed. Without it only stores can be found out whose key can still be deleted. @default never
   */
  isRefusal?(error: unknown): boolean;
}
