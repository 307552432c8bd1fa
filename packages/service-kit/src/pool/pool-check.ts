import { describeError } from '@lockstep/core';

import type { ReadinessCheck } from '../http/readiness.ts';
import type { PoolNode } from '../topology/pool-topology.ts';

/** The part of a memcached pool that the check uses. */
export interface CheckedPool {
  /** Asks every node, in the order of the ring. */
  stats(options: { readonly timeoutMs: number }): Promise<readonly { readonly error?: unknown }[]>;
}

/** Below the deadline of a readiness check, so that the message names the nodes. */
const statsDeadlineMs = 900;

/**
 * A readiness check of a memcached pool: at least one of its nodes answers. A pool that has lost
 * some nodes still serves the keys of the others, so it stays ready.
 *
 * @param nodes the nodes of the pool in the order of its ring.
 */
export function poolCheck(pool: CheckedPool, nodes: readonly Pick<PoolNode, 'name' | 'address'>[]): ReadinessCheck {
  return async () => {
    const answers = await pool.stats({ timeoutMs: statsDeadlineMs });
    if (answers.some(({ error }) => error === undefined)) return undefined;
    return nodes
      .map(
        ({ name, address }, index) =>
          `memcached ${name} at ${address} is not reachable: ${describeError(answers[index]?.error)}`,
      )
      .join('; ');
  };
}
