/** What travels between regions: the last write of a key, whole. */
export type Operation = SetOperation | DeleteOperation;

/** Store this value. */
export interface SetOperation {
  readonly kind: 'set';
  /** 1 to 250 bytes. */
  readonly key: Buffer;
  readonly value: Buffer;
  /** Opaque 32-bit client flags. */
  readonly flags: number;
  /** Seconds since the epoch; 0 never expires. */
  readonly expiresAt: number;
  /** The version of the row that the value was made of. */
  readonly version?: RowVersion;
}

/** Drop whatever is stored. */
export interface DeleteOperation {
  readonly kind: 'delete';
  /** 1 to 250 bytes. */
  readonly key: Buffer;
  /** The version of the row that is gone, or that made the value old. */
  readonly version?: RowVersion;
}

/**
 * Which of two writes of a row is the newer one, as the application counts: an unsigned 64-bit number that rises with
 * each commit of the row, the same in all regions. A `number` must be a safe integer; what was decoded has a `bigint`.
 */
export type RowVersion = bigint | number;
