import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** A gate at which one request can be made to wait. */
export class Hold {
  #onArrival: ((held: { release(): void }) => void) | undefined;

  /** Resolves when the next request waits. */
  next(): Promise<{ release(): void }> {
    return new Promise((resolve) => (this.#onArrival = resolve));
  }

  /** Resolves with whether the request is to have an effect: not when its sender has gone while it waited. */
  async pass(response: ServerResponse): Promise<boolean> {
    const onArrival = this.#onArrival;
    if (onArrival === undefined) return true;
    this.#onArrival = undefined;
    const gone = once(response, 'close');
    await Promise.race([new Promise<void>((resolve) => onArrival({ release: resolve })), gone]);
    return !response.closed;
  }
}
