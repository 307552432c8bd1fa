import { describeError } from '@lockstep/core';
import type { RingNode } from '@lockstep/hashring';

import { MemcacheError, type MemcacheErrorCode } from '../driver/memcache-error.ts';
import { describeAddress } from '../driver/node-address.ts';
import type { NodeOutcome } from './node-outcome.ts';
import { addressOf } from './pool-options.ts';

/** What one node is asked to confirm. */
export interface NodeTask {
  readonly node: RingNode;
  readonly done: Promise<unknown>;
}

/** How many nodes must confirm: each of them, at least one, or more than half. */
export type BroadcastPolicy = 'all' | 'firstSuccess' | 'quorum';

/** How a broadcast is judged. */
export interface BroadcastRules {
  readonly policy: BroadcastPolicy;
  readonly code: MemcacheErrorCode;
  /** Told of a node that fails after the call has settled. */
  readonly onLateFailure?: (node: RingNode, error: unknown) => void;
}

/**
 * Resolves with what became of each node as soon as the policy is met, which for `all` is when each has
 * confirmed. With `all`, a failure is told when every node has answered; else as soon as it is certain.
 *
 * @throws MemcacheError with `code` and the outcomes when the policy cannot be met.
 */
export function broadcast(tasks: readonly NodeTask[], rules: BroadcastRules): Promise<NodeOutcome[]> {
  const needed = neededFor(rules.policy, tasks.length);
  const outcomes: NodeOutcome[] = tasks.map(({ node }) => ({ node, confirmed: false, isPending: true }));
  let confirmed = 0;
  let failed = 0;
  let isSettled = false;
  return new Promise((resolve, reject) => {
    const judge = (): void => {
      if (isSettled) return;
      const isCertain = rules.policy === 'all' ? confirmed + failed === tasks.length : tasks.length - failed < needed;
      if (confirmed >= needed) resolve([...outcomes]);
      else if (isCertain) reject(unconfirmed(rules.code, [...outcomes], failed));
      else return;
      isSettled = true;
    };
    tasks.forEach(({ node, done }, index) => {
      const settle = (outcome: NodeOutcome): void => {
        outcomes[index] = outcome;
        if (outcome.confirmed) confirmed++;
        else failed++;
        if (isSettled && !outcome.confirmed) rules.onLateFailure?.(node, outcome.error);
        judge();
      };
      done.then(
        () => settle({ node, confirmed: true }),
        (error: unknown) => settle({ node, confirmed: false, error }),
      );
    });
    judge();
  });
}

/**
 * How many of `count` nodes must confirm.
 *
 * @throws TypeError for a policy that there is not.
 */
export function neededFor(policy: BroadcastPolicy, count: number): number {
  switch (policy) {
    case 'all':
      return count;
    case 'firstSuccess':
      return Math.min(1, count);
    case 'quorum':
      return count === 0 ? 0 : Math.floor(count / 2) + 1;
    default:
      throw new TypeError(`policy must be 'all', 'firstSuccess' or 'quorum', got ${String(policy satisfies never)}`);
  }
}

function unconfirmed(code: MemcacheErrorCode, outcomes: readonly NodeOutcome[], failed: number): MemcacheError {
  const errors = outcomes.filter(({ error }) => error !== undefined);
  const reasons = errors
    .map(({ node, error }) => `${describeAddress(addressOf(node))}: ${describeError(error)}`)
    .join('; ');
  const message = `${failed} of ${outcomes.length} nodes did not confirm (${reasons})`;
  return new MemcacheError(code, message, { outcomes, cause: errors[0]?.error });
}
