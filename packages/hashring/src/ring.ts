/** A memcached server as a ring sees it. */
export interface RingNode {
  /** Name or address, exactly as the other clients of the pool spell it: it is hashed. A unix socket is its absolute path. */
  readonly host: string;
  /** @default 11211. Ignored for a unix socket. */
  readonly port?: number;
  /** A positive integer share of the keys. @default 1 */
  readonly weight?: number;
}

/** Keys are hashed as bytes; a string stands for its UTF-8 bytes. */
export type RingKey = string | Uint8Array;

/** An immutable map from keys to nodes. */
export interface Ring<Node extends RingNode = RingNode> {
  /** The nodes in the order they were given; `pick` returns indexes into it. */
  readonly nodes: readonly Node[];
  /** The index of the node that owns `key`. */
  pick(key: RingKey): number;
  /** The node that owns `key`. */
  get(key: RingKey): Node;
  /**
   * The indexes of `count` distinct nodes in the order in which a reader should try them; the first is `pick(key)`.
   * All nodes where there are fewer than `count`.
   *
   * @throws RangeError when `count` is not a positive integer.
   */
  replicas(key: RingKey, count: number): number[];
}
