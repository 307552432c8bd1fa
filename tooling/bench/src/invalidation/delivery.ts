/** A way to tell other processes which keys to forget. */
export interface Delivery {
  readonly name: string;
  /** Opens the side that tells. */
  openPublisher(redisUrl: string): Promise<DeliveryPublisher>;
  /** Opens one follower with connections of its own; `onKey` is called with every key that it hears from then on. */
  follow(redisUrl: string, onKey: (key: string) => void, pace: Pace): Promise<Follower>;
}

/** Tells of one key at a time. */
export interface DeliveryPublisher extends AsyncDisposable, Holder {
  /** Resolves when Redis has it. */
  publish(key: string): Promise<unknown>;
}

/** Hears of keys. */
export interface Follower extends AsyncDisposable, Holder {}

/** Somebody who may keep values, and not only pass on what to forget. */
export interface Holder {
  /** Brings keys into the process, so that there is something to forget. */
  hold?(keys: readonly string[]): Promise<void>;
}

/** How often a follower asks whether it has heard everything. */
export interface Pace {
  /** As an app would have it, or so rarely that it does not count. */
  readonly heartbeatMs: number;
}
