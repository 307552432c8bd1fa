import { type Clock, systemClock } from '@lockstep/core';

/** How `enter` waits. */
export interface EnterOptions {
  readonly timeoutMs: number;
  /** What it rejects with when the turn has not come in time. */
  readonly onTimeout: () => Error;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One turn at a time per key, first come first served; different keys never wait for each other. Those that need
 * no order among each other may share a turn, until somebody waits for it.
 */
export class KeyedTurns {
  readonly #waiters = new Map<string, (() => void)[] | undefined>();
  /** How many share the turn of a key. Where there are any, those in `#waiters` wait for them. */
  readonly #sharers = new Map<string, number>();
  readonly #clock: Clock;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** How many keys somebody holds the turn of. */
  get size(): number {
    return new Set([...this.#waiters.keys(), ...this.#sharers.keys()]).size;
  }

  /** True when the turn of `key` is the caller's at once, who must then call `leave` once. */
  tryEnter(key: string): boolean {
    if (this.#waiters.has(key) || this.#sharers.has(key)) return false;
    this.#waiters.set(key, undefined);
    return true;
  }

  /** As `tryEnter`, of a turn that is shared: `leaveShared` must follow once. */
  tryShare(key: string): boolean {
    if (this.#waiters.size > 0 && this.#waiters.has(key)) return false;
    this.#sharers.set(key, (this.#sharers.get(key) ?? 0) + 1);
    return true;
  }

  leaveShared(key: string): void {
    const count = this.#sharers.get(key)!;
    if (count > 1) {
      this.#sharers.set(key, count - 1);
      return;
    }
    this.#sharers.delete(key);
    if (this.#waiters.size > 0 && this.#waiters.has(key)) this.leave(key);
  }

  /**
   * Resolves when the turn of `key` is the caller's, who must then call `leave` once.
   *
   * @throws what `onTimeout` returns when the turn has not come within `timeoutMs`, or the signal's reason;
   * there is nothing to leave then.
   */
  enter(key: string, { timeoutMs, onTimeout, signal }: EnterOptions): Promise<void> {
    if (this.tryEnter(key)) return Promise.resolve();
    const line = this.#lineFor(key);
    return new Promise<void>((resolve, reject) => {
      const giveUp = (reason: unknown): void => {
        end();
        line.splice(line.indexOf(start), 1);
        reject(reason);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const end = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const start = (): void => {
        end();
        resolve();
      };
      const timer = this.#clock.setTimer(() => giveUp(onTimeout()), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      line.push(start);
    });
  }

  /** As `enter`, however long it takes and however many wait: that is for the caller to bound. */
  enterAtLast(key: string): Promise<void> {
    if (this.tryEnter(key)) return Promise.resolve();
    return new Promise((resolve) => this.#lineFor(key).push(resolve));
  }

  /** Gives the turn to the next in line. */
  leave(key: string): void {
    const next = this.#waiters.get(key)?.shift();
    if (next === undefined) this.#waiters.delete(key);
    else next();
  }

  #lineFor(key: string): (() => void)[] {
    const line = this.#waiters.get(key) ?? [];
    this.#waiters.set(key, line);
    return line;
  }
}
