/** A timer that can be cancelled. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Where a package takes its time from, so that a test can drive it. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. Jumps when the machine's clock is set. */
  now(): number;
  /** Milliseconds that only ever move forward, from an arbitrary start. Use it for every duration. */
  monotonic(): number;
  /** Runs `callback` once after `delayMs`, of which Infinity is never. The timer never keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): Timer;
}

/** The longest delay of `setTimeout`, which takes a longer one for 1 ms. */
const maxDelayMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    let handle: NodeJS.Timeout;
    const arm = (restMs: number): void => {
      handle =
        restMs > maxDelayMs ? setTimeout(() => arm(restMs - maxDelayMs), maxDelayMs) : setTimeout(callback, restMs);
      handle.unref();
    };
    arm(delayMs);
    return { cancel: () => clearTimeout(handle) };
  },
};
