import type { Batch } from './batch.ts';
import type { StreamId } from './stream-id.ts';

/** What a receiver says to a batch. */
export type BatchAnswer =
  /** Applied now or before. `cursor` is at or after the batch's `last`. */
  | { readonly kind: 'accepted'; readonly cursor: StreamId }
  /** Not applied: the batch does not follow `cursor`, where the receiver stands. */
  | { readonly kind: 'gap'; readonly cursor: StreamId };

/** How a shipper talks to the receiver of one other region. */
export interface Transport {
  /**
   * Where the receiver stands, `0-0` when it has seen nothing of that shard.
   *
   * @throws when there is no answer that can be trusted within the transport's deadline.
   */
  cursor(source: string, shard: number, options: { readonly signal: AbortSignal }): Promise<StreamId>;
  /**
   * Hands over one batch. It may have been applied even when this rejects.
   *
   * @throws when there is no answer that can be trusted within the transport's deadline.
   */
  send(batch: Batch, options: { readonly signal: AbortSignal }): Promise<BatchAnswer>;
}
