import type { Bound } from '../lock-driver.ts';
import { toLockError } from './redis-failure.ts';
import type { SentAt, Step } from './step.ts';

/** A step that somebody waits for. It settles once. */
export class WaitingStep {
  readonly step: Step<unknown>;
  readonly due: number;
  readonly timeoutMs: number;
  isSettled = false;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #abort: (() => void) | undefined;

  constructor(
    step: Step<unknown>,
    { timeoutMs, signal }: Bound,
    due: number,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    this.step = step;
    this.due = due;
    this.timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal === undefined) return;
    this.#signal = signal;
    this.#abort = () => this.fail(signal.reason);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  fail(error: unknown): void {
    if (this.#settle()) this.#reject(error);
  }

  answer(reply: unknown, sent: SentAt): void {
    if (!this.#settle()) return;
    try {
      if (Array.isArray(reply) && reply[0] === -1) this.#reject(toLockError(new Error(String(reply[1]))));
      else this.#resolve(this.step.decode(reply, sent));
    } catch (error) {
      this.#reject(toLockError(error));
    }
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    if (this.#abort !== undefined) this.#signal!.removeEventListener('abort', this.#abort);
    return true;
  }
}
