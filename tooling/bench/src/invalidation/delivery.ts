/** A way to tell other processes which keys to forget. */
export interface Delivery {
  readonly name: string;
  /** Opens the side that tells. */
  openPublisher(redisUrl: string): Promise<DeliveryPublisher>;
  /** Opens one follower with connections of its own; `onKey` is called with every key that it hears from then on. */
  follow(redisUrl: string, onKey: (key: string) => void, pace: Pace): Promise<AsyncDisposable>;
}

/** Tells of one key at a time. */
export interface DeliveryPublisher extends AsyncDisposable {
  /** Resolves when Redis has it. */
  publish(key: string): Promise<unknown>;
}

/** How often a follower asks whether it has heard everything. */
export interface Pace {
  /** As an app would have it, or so rarely that it does not count. */
  readonly heartbeatMs: number;
}
