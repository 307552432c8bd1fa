import type { StreamEvent } from './stream-event.ts';
import type { StreamResponse } from './stream-response.ts';

/** What the turns need of the stream to a client. */
export type TurnTarget = Pick<StreamResponse, 'isFull' | 'signal' | 'send' | 'onRoom'>;

interface Offer {
  readonly event: StreamEvent;
  readonly settle: (isDelivered: boolean) => void;
}

/**
 * Lets many sources write to one client: in turn, one event each of those that have one, and only while the
 * client's socket takes more.
 */
export class FairTurns {
  readonly #stream: TurnTarget;
  readonly #waiting: Offer[][];
  readonly #unflushed = new Set<Offer>();
  #turn = 0;
  #isStopped = false;

  constructor(stream: TurnTarget, sources: number) {
    this.#stream = stream;
    this.#waiting = Array.from({ length: sources }, () => []);
    stream.onRoom = () => this.#pump();
    stream.signal.addEventListener('abort', () => this.#abandon(), { once: true });
  }

  /** Resolves true when the operating system has the event, false when it never will. */
  offer(source: number, event: StreamEvent): Promise<boolean> {
    if (this.#isStopped || this.#stream.signal.aborted) return Promise.resolve(false);
    return new Promise((settle) => {
      this.#waiting[source]!.push({ event, settle });
      this.#pump();
    });
  }

  /** Turns away what is not written yet. What is written still settles. */
  stop(): void {
    this.#isStopped = true;
    for (const offers of this.#waiting) for (const { settle } of offers.splice(0)) settle(false);
  }

  #pump(): void {
    while (!this.#stream.isFull) {
      const offer = this.#next();
      if (offer === undefined) return;
      this.#unflushed.add(offer);
      this.#stream.send(offer.event, (isFlushed) => {
        this.#unflushed.delete(offer);
        offer.settle(isFlushed);
      });
    }
  }

  #next(): Offer | undefined {
    const sources = this.#waiting.length;
    for (let step = 0; step < sources; step++) {
      const source = (this.#turn + step) % sources;
      const offer = this.#waiting[source]!.shift();
      if (offer === undefined) continue;
      this.#turn = source + 1;
      return offer;
    }
    return undefined;
  }

  /** A write to a socket that is gone may never call back. */
  #abandon(): void {
    this.stop();
    for (const { settle } of this.#unflushed) settle(false);
    this.#unflushed.clear();
  }
}
