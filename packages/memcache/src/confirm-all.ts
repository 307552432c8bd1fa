import { describeError } from '@lockstep/core';
import type { RingNode } from '@lockstep/hashring';

import { MemcacheError, type MemcacheErrorCode } from './memcache-error.ts';
import type { NodeOutcome } from './node-outcome.ts';
import { describeNode } from './pool-options.ts';

/** What one node is asked to confirm. */
export interface NodeTask {
  readonly node: RingNode;
  readonly done: Promise<unknown>;
}

/**
 * Waits for all tasks, also when some fail.
 *
 * @throws MemcacheError with `code` and the outcomes when any task failed.
 */
export async function confirmAll(tasks: readonly NodeTask[], code: MemcacheErrorCode): Promise<NodeOutcome[]> {
  const outcomes = await Promise.all(
    tasks.map(({ node, done }) =>
      done.then(
        (): NodeOutcome => ({ node, confirmed: true }),
        (error: unknown): NodeOutcome => ({ node, confirmed: false, error }),
      ),
    ),
  );
  const failed = outcomes.filter((outcome) => !outcome.confirmed);
  if (failed.length === 0) return outcomes;
  const reasons = failed.map(({ node, error }) => `${describeNode(node)}: ${describeError(error)}`).join('; ');
  const message = `${failed.length} of ${outcomes.length} nodes did not confirm (${reasons})`;
  throw new MemcacheError(code, message, { outcomes, cause: failed[0]?.error });
}
