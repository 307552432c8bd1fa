/** How long a look at the fences may take. */
export interface AdmitOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Where a service remembers the newest fencing token of each of its resources. */
export interface FenceStore {
  /**
   * Resolves when the token is not older than any that the resource has seen; from then on older ones are refused.
   *
   * @throws LockError `ERR_LOCK_STALE_TOKEN`, or `ERR_LOCK_UNAVAILABLE` when the store did not answer in time.
   */
  admit(resource: string, token: number, options?: AdmitOptions): Promise<void>;
}
