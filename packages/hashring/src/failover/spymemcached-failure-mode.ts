/** What spymemcached does with an operation whose server is dead: gives it to another one, waits, or fails. */
export type SpymemcachedFailureMode = 'Redistribute' | 'Retry' | 'Cancel';

/** Every {@link SpymemcachedFailureMode}. */
export const SPYMEMCACHED_FAILURE_MODES: readonly SpymemcachedFailureMode[] = ['Redistribute', 'Retry', 'Cancel'];
