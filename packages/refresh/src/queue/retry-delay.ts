/** How the delays between attempts grow. */
export interface RetryBackoff {
  /** The longest first delay, in ms. @default 1_000 */
  readonly minMs?: number;
  /** The longest delay of all, in ms. @default 60_000 */
  readonly maxMs?: number;
  /** What each delay is multiplied by. @default 2 */
  readonly factor?: number;
}

/**
 * How long, in ms, to wait after that many failures (from 1): exponential, with half of each delay random, so that
 * tasks that failed together do not come back together.
 */
export function retryDelay(failures: number, backoff: Required<RetryBackoff>, random: () => number): number {
  const ceiling = Math.min(backoff.maxMs, backoff.minMs * backoff.factor ** (failures - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
