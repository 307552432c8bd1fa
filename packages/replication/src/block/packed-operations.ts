/** Operations in the form that they have inside a block, one after the other. */
export interface PackedOperations {
  readonly count: number;
  /** Their bytes, in as few pieces as they lie in; no operation is in two of them. */
  readonly parts: readonly Buffer[];
}
