import type { OptionRules } from './option-rules.ts';
import type { HashSpace } from '../ring/hash-space.ts';
import type { RingKey, RingNode } from '../ring/ring.ts';

/** How one client places keys. The rest of the package asks an algorithm no more than this. */
export interface Algorithm<Options extends object> {
  readonly name: string;
  /** The options that it has, their defaults and what they must be. */
  readonly options: OptionRules<Options>;
  readonly weights: WeightRule;
  /** What is hashed for a node. Two nodes with the same label are refused. */
  readonly label: (node: RingNode, options: Required<Options>) => string;
  /** Whether its client rebuilds the ring from the live nodes when one is dead. @default false */
  readonly ejects?: boolean;
  /**
   * Places the nodes: one or more, and checked.
   *
   * @param origin the placement that this one differs from by a few nodes; an algorithm that has a use for it
   * comes to the same result as without it, only sooner, unless it says that it keeps a history.
   */
  readonly place: (nodes: readonly RingNode[], options: Required<Options>, origin?: Origin) => Placement;
}

/**
 * Which weights a client accepts: `integer`: 0 and up, as an unsigned 32-bit number; `number`: any that is finite and
 * not negative; `unit`: from 0 to 1; `none`: it has no weights, and only 1 is accepted.
 */
export type WeightRule = 'integer' | 'number' | 'unit' | 'none';

/** What an algorithm makes of a list of nodes. */
export interface Placement {
  /** The index of the node that owns a key. Allocates nothing. */
  readonly pick: (key: RingKey) => number;
  /** Nodes in the order of preference for copies of a key, beginning with `pick`. May repeat nodes, and may leave some out. */
  readonly walk: (key: RingKey) => Iterable<number>;
  /** The nodes that its client tries one after another. May repeat nodes. @default the owner only, or by ejection */
  readonly failover?: (key: RingKey) => Iterable<number>;
  /** Which node owns which hash value. Absent where keys are not placed by one hash value. */
  readonly space?: () => HashSpace;
  /** What must be kept, as plain data, to place keys the same way again. Absent where nodes and options say it all. */
  readonly state?: unknown;
}

/** An earlier placement and what became of its nodes, or only the state of one. */
export interface Origin {
  readonly placement?: Placement;
  /** The index that each node had in `placement`: -1 for a new one, ascending otherwise. */
  readonly from?: readonly number[];
  /** Whether the nodes that are gone are dead, and still in the list of the client. */
  readonly ejecting?: boolean;
  readonly state?: unknown;
}
