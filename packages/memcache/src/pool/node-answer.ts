import type { RingNode } from '@lockstep/hashring';

import type { Item } from '../driver/driver.ts';

/** What one node of a pool holds under a key: an `item`, nothing, or an `error` when that is not known. */
export interface NodeAnswer {
  readonly node: RingNode;
  /** Undefined for a miss and for an error. */
  readonly item?: Item;
  /** Why the node did not say. */
  readonly error?: unknown;
}
