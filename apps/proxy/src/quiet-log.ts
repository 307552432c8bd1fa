/** Logs a line, and how many of its kind were not logged since the last one. */
export type QuietLine = (since: number) => void;

const quietMs = 5000;
/** Kinds are codes and names of the topology; should there be more, the oldest is forgotten. */
const maxKinds = 1000;

/**
 * Keeps an outage from drowning the log: the first line of a kind is logged, then one per 5 s with how
 * many there were.
 *
 * @param now milliseconds that only move forward.
 */
export function createQuietLog(now: () => number = () => performance.now()): (kind: string, line: QuietLine) => void {
  const held = new Map<string, { until: number; count: number }>();
  return (kind, line) => {
    const earlier = held.get(kind);
    const moment = now();
    if (earlier !== undefined && moment < earlier.until) {
      earlier.count += 1;
      return;
    }
    line(earlier?.count ?? 0);
    held.delete(kind);
    held.set(kind, { until: moment + quietMs, count: 0 });
    const [oldest] = held.keys();
    if (held.size > maxKinds && oldest !== undefined) held.delete(oldest);
  };
}
