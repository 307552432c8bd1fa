/** One write of a batch that `applyBatch` carries out. */
export type Mutation =
  | {
      readonly kind: 'set';
      readonly key: Buffer;
      readonly value: Buffer;
      readonly flags: number;
      /** Seconds since the epoch; 0 never expires. A moment that has passed makes it a delete. */
      readonly expiresAt: number;
    }
  | { readonly kind: 'delete'; readonly key: Buffer };
