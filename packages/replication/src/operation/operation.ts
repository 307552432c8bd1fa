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
}

/** Drop whatever is stored. */
export interface DeleteOperation {
  readonly kind: 'delete';
  /** 1 to 250 bytes. */
  readonly key: Buffer;
}
