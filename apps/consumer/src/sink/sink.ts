import type { Message } from '../source/message.ts';

/** For whom messages are delivered. */
export interface Delivery {
  /** The fencing token of the leadership. */
  readonly token: number;
  readonly messages: readonly Message[];
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * What the sink said. `accepted`: it has them. `refused`: it does not want them, however often they come. `unavailable`:
 * it could not be asked, which says nothing of the messages. `stale`: it has heard of a newer token, and did nothing.
 */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly againInMs?: number | undefined }
  | { readonly kind: 'stale' };

/** Where messages go. */
export interface Sink {
  /** Never rejects but with the reason of the signal. */
  deliver(delivery: Delivery): Promise<Verdict>;
  close(): Promise<void>;
}
