/** A write that a client made through the proxy, after memcached answered and before the client hears of it. */
export type ProxyWrite =
  | {
      /** The key now holds exactly this. */
      readonly kind: 'set';
      readonly key: Buffer;
      readonly value: Buffer;
      readonly flags: number;
      /** Seconds since the epoch; 0 never expires. */
      readonly expiresAt: number;
    }
  | {
      /**
       * The key was deleted, or changed in a way that does not travel (touch, incr, decr), or its
       * state is not known because memcached did not answer: other regions must forget it.
       */
      readonly kind: 'delete';
      readonly key: Buffer;
    };

/**
 * Called once for every write, in the order in which memcached carried them out per key. The client
 * is answered when the promise settles, with an error when it rejects.
 */
export type WriteHook = (write: ProxyWrite) => Promise<void>;
