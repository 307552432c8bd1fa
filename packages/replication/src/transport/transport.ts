import type { Batch } from './batch.ts';
import type { StreamId } from '../operation/stream-id.ts';

/** Where a receiver stands with one shard of a source. */
export interface LanePosition {
  /** The newest entry that it has applied, `0-0` when it has seen nothing. */
  readonly cursor: StreamId;
  /** A batch up to here may have been applied in part: the next one should not be shorter. */
  readonly through?: StreamId;
}

/** What a receiver says to a batch. */
export type BatchAnswer =
  /** Applied now or before. `cursor` is at or after the batch's `last`. */
  | {
      readonly kind: 'accepted';
      readonly cursor: StreamId;
      /** Bytes of the batch on the wire, where the transport knows them. */
      readonly sentBytes?: number;
    }
  /** Not applied: the batch does not follow the position. */
  | ({ readonly kind: 'gap' } & LanePosition);

/** How a shipper talks to the receiver of one other region. */
export interface Transport {
  /**
   * Where the receiver stands.
   *
   * @throws when there is no answer that can be trusted within the transport's deadline.
   */
  position(source: string, shard: number, options: { readonly signal: AbortSignal }): Promise<LanePosition>;
  /**
   * Hands over one batch; several of one shard may be on their way at once. It may have been applied even when this
   * rejects.
   *
   * @throws when there is no answer that can be trusted within the transport's deadline.
   */
  send(batch: Batch, options: { readonly signal: AbortSignal }): Promise<BatchAnswer>;
}
