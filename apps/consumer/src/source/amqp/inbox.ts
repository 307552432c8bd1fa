import { type Clock, sleep } from '@lockstep/core';

/** What has come and was not taken yet. The one who sends bounds it. */
export class Inbox<Item> {
  readonly #items: Item[] = [];
  #onItem: (() => void) | undefined;

  get size(): number {
    return this.#items.length;
  }

  put(item: Item): void {
    this.#items.push(item);
    this.#onItem?.();
  }

  /** The first `max`, waiting up to `ms` for one. @throws the reason of the signal. */
  async take(max: number, { ms, signal, clock }: { ms: number; signal: AbortSignal; clock: Clock }): Promise<Item[]> {
    if (this.#items.length === 0) {
      const early = new AbortController();
      const arrival = new Promise<void>((resolve) => (this.#onItem = resolve));
      const waiting = sleep(ms, { signal: early.signal, clock }).catch(() => undefined);
      const stop = (): void => early.abort();
      signal.addEventListener('abort', stop, { once: true });
      await Promise.race([arrival, waiting]);
      stop();
      signal.removeEventListener('abort', stop);
    }
    signal.throwIfAborted();
    return this.#items.splice(0, max);
  }
}
