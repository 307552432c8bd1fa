import { withDeadline } from '@lockstep/core';

/** How long an app would wait for a cache before it gives up on one call. */
const patienceMs = 5000;

/** What `work` resolves with; undefined when it fails or takes longer than anybody would wait. */
export async function settled<T>(work: Promise<T>): Promise<{ readonly value: T } | undefined> {
  try {
    const value = await withDeadline(work, { ms: patienceMs, onTimeout: () => new Error('no answer') });
    return { value };
  } catch {
    return undefined;
  }
}
