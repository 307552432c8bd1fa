import type { RingNode } from '@lockstep/hashring';

import type { Item, Key } from '../driver/driver.ts';

/** How one node of a pool answered a call that goes to several. */
export interface NodeOutcome {
  readonly node: RingNode;
  /** Whether the node confirmed that it is done. */
  readonly confirmed: boolean;
  /** Why it did not, where it did not. */
  readonly error?: unknown;
  /** True when the policy was met before the node answered. It is still being waited for. */
  readonly isPending?: boolean;
}

/** How a call on many keys ended for one of them. */
export interface KeyOutcome {
  readonly key: Key;
  /** Whether the node of the key confirmed. */
  readonly confirmed: boolean;
  /** For `deleteMany`, whether there was something to delete. */
  readonly found?: boolean;
  /** Why it was not confirmed. */
  readonly error?: unknown;
}

/** How a read of many keys ended for one of them: what its node holds, nothing, or why it did not say. */
export type GetOutcome = Item | undefined | Error;
