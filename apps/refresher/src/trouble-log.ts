import { type Clock, describeError, systemClock } from '@lockstep/core';
import type { Logger } from '@lockstep/service-kit';

/** How long a kind of trouble is not logged again, in milliseconds. */
const quietMs = 10_000;
/** Kinds are codes and names of the topology; should there be more, the oldest is forgotten. */
const maxKinds = 1000;

/**
 * Logs failures that nobody else hears of: the first of a kind, and then one each ten seconds with how many there were
 * in between, so that an outage does not drown the log.
 */
export function createTroubleLog(
  logger: Pick<Logger, 'warn'>,
  clock: Clock = systemClock,
): (error: Error, about: string) => void {
  const held = new Map<string, { until: number; count: number }>();
  return (error, about) => {
    const { code } = error as { code?: unknown };
    const kind = `${about} ${String(code)}`;
    const now = clock.monotonic();
    const earlier = held.get(kind);
    if (earlier !== undefined && now < earlier.until) {
      earlier.count += 1;
      return;
    }
    const cause = error.cause === undefined ? undefined : describeError(error.cause);
    logger.warn({ code, reason: error.message, cause, since: earlier?.count ?? 0 }, `${about} is in trouble`);
    held.delete(kind);
    held.set(kind, { until: now + quietMs, count: 0 });
    const [oldest] = held.keys();
    if (held.size > maxKinds && oldest !== undefined) held.delete(oldest);
  };
}
