import type { RingNode } from '@lockstep/hashring';

/** How one node of a pool answered a call that goes to several. */
export interface NodeOutcome {
  readonly node: RingNode;
  /** Whether the node confirmed that it is done. */
  readonly confirmed: boolean;
  /** Why it did not, where it did not. */
  readonly error?: unknown;
}
