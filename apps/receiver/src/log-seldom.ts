import type { Logger } from '@lockstep/service-kit';

/** How often a line may come. */
export interface SeldomOptions {
  readonly everyMs: number;
  /** Monotonic milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** Logs warnings at a bounded rate, however often there is reason to: each line has their number in `times`. */
export function logSeldom(logger: Logger, { everyMs, now = () => performance.now() }: SeldomOptions) {
  let [unsaid, said] = [0, Number.NEGATIVE_INFINITY];
  return (text: string, facts: object = {}): void => {
    unsaid += 1;
    if (now() - said < everyMs) return;
    logger.warn({ ...facts, times: unsaid }, text);
    [unsaid, said] = [0, now()];
  };
}
