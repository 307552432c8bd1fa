/** What a loader is told, and what it may say about the value that it brings. */
export interface LoadContext<Value = unknown> {
  /** Aborts when nobody waits any more, at the hard timeout, and when the cache is closed. */
  readonly signal: AbortSignal;
  /** The value before this one, when it is still at hand (within `graceMs`): for conditional requests. */
  readonly stale: { readonly value: Value } | undefined;
  /** Keeps this value for so many milliseconds instead of the view's `ttlMs`. 0: do not keep it. */
  setTtl(ttlMs: number): void;
  /** Gives this value these tags, besides those of the view's `tags`. */
  setTags(tags: readonly string[]): void;
  /** The value goes to those who wait and is kept nowhere. */
  skipStore(): void;
  /**
   * The stale value: return it to say that it is still the current one.
   *
   * @throws TypeError when there is none.
   */
  keep(): Value;
}
