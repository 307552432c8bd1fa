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

/** What a loader of many is told: besides the signal, a context for each of the ids, as `load` has it. */
export interface LoadManyContext<Id, Value = unknown> {
  /** Aborts when each of the ids has been given up: nobody waits any more, hard timeout, or the cache is closed. */
  readonly signal: AbortSignal;
  /**
   * The context of one id: what is said there holds for its value alone.
   *
   * @throws TypeError for an id that this call is not to bring.
   */
  of(this: void, id: Id): LoadContext<Value>;
}
