import type { RingOptions } from '../algorithms/algorithms.ts';
import type { RingDiff } from './diff.ts';

/** A memcached server as a ring sees it. */
export interface RingNode {
  /** Name or address, exactly as the other clients of the pool spell it: it is hashed. A unix socket is its absolute path. */
  readonly host: string;
  /** @default 11211. Ignored for a unix socket. */
  readonly port?: number;
  /** Its share of the keys, relative to the others. Which numbers are allowed depends on the algorithm. @default 1 */
  readonly weight?: number;
  /** What is hashed in place of host and port: twemproxy's server name, mcrouter's tag. @default what the algorithm makes of host and port */
  readonly label?: string;
}

/** Keys are hashed as bytes; a string stands for its UTF-8 bytes. */
export type RingKey = string | Uint8Array;

/** A node by its index in `nodes`, or by host and port. */
export type NodeReference = number | Pick<RingNode, 'host' | 'port'>;

/** An immutable map from keys to nodes. Nodes are named by their index in `nodes`. */
export interface Ring<Node extends RingNode = RingNode> {
  /** Frozen copies of the nodes in the order they were given; `pick` returns indexes into it. */
  readonly nodes: readonly Node[];
  /** The algorithm and every one of its options, defaults filled in. */
  readonly options: RingOptions;
  /** The index of the node that owns `key`. A key of ASCII up to 250 bytes allocates nothing. */
  readonly pick: (key: RingKey) => number;
  /** The node that owns `key`. */
  get(key: RingKey): Node;
  /** `pick` for each key, into `out` where one is given. @throws RangeError when `out` is shorter than `keys`. */
  pickMany(keys: readonly RingKey[], out?: Uint32Array): Uint32Array;
  /**
   * The indexes of `count` distinct nodes in the order of preference; the first is `pick(key)`, a longer list
   * starts with the shorter one. All nodes where there are fewer than `count`.
   *
   * @throws RangeError when `count` is not a positive integer.
   */
  replicas(key: RingKey, count: number): number[];
  /**
   * The distinct nodes that the client of this ecosystem tries one after another for `key`, as far as it goes: only
   * the owner where it does not fail over at all. Lazy; for clients that rebuild their ring without the dead node each
   * step after the first costs as much as `eject`.
   */
  sequence(key: RingKey): Iterable<number>;
  /**
   * The ring with one node or several more, at the end of the list.
   *
   * @throws TypeError for a ring with ejected nodes, as the next two do: change the whole ring, then eject.
   */
  with(added: Node | readonly Node[]): Ring<Node>;
  /** The ring without a node. @throws RangeError for a node that is not there and for the last one. */
  without(node: NodeReference): Ring<Node>;
  /** The ring with another weight for a node. */
  reweight(node: NodeReference, weight: number): Ring<Node>;
  /**
   * The ring as its client builds it when these nodes are dead and ejected. `nodes` and indexes stay as they are.
   *
   * @throws TypeError where the ecosystem does not eject.
   */
  eject(dead: readonly NodeReference[]): Ring<Node>;
  /** The share of the hash space that has another owner in `other`, and from where to where it moves. */
  diff(other: Ring): RingDiff;
  /** The share of the hash space that each node owns; see {@link RingShares}. */
  shares(): RingShares;
  /** The ring as plain data, for `fromJSON`. */
  toJSON(): RingJSON<Node>;
}

/**
 * How much of the hash space each node owns, in the order of `nodes`. How evenly keys reach that space is up to the hash,
 * so that the share of keys that are much alike can be another.
 */
export interface RingShares {
  /** Fractions of 1 that sum to 1. */
  readonly shares: readonly number[];
  /** Whether they are exact; if not they were counted over `samples` keys. */
  readonly exact: boolean;
  readonly samples: number;
}

/** A ring as plain data: what `createRing` was given, and the history of a ring that has one. */
export interface RingJSON<Node extends RingNode = RingNode> {
  readonly options: RingOptions;
  readonly nodes: readonly Node[];
  /** Indexes of nodes that are ejected. */
  readonly ejected?: readonly number[];
  /** What `anchor` and `memento` remember of nodes that left. */
  readonly state?: unknown;
}
