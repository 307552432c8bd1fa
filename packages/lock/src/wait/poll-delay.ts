/** In ms: nobody waits longer than this without asking, whatever the holder's period is. */
export const MAX_POLL_MS = 5000;
/**
 * In ms: nor do so many at the head of the line. Whoever passes a lock on looks after it for as long as he lives; if both he
 * and the one that he gave it to are gone, this is what it costs.
 */
const HEAD_POLL_MS = 1500;
const HEAD = 3;
/** The server ends a lease within a millisecond or two of its time; processes that wait do not ask at the same moment. */
const MIN_JITTER_MS = 1;
const MAX_JITTER_MS = 6;
/** For a lock without an end, which none of ours is. */
const ENDLESS_POLL_MS = 100;

/** When to ask again for a lock that has `holderTtlMs` left, with `rank` before one in line; `random` is in [0, 1). */
export function pollDelayMs(holderTtlMs: number, rank: number, random: number): number {
  const jitterMs = MIN_JITTER_MS + random * (MAX_JITTER_MS - MIN_JITTER_MS);
  return Math.min(
    rank < HEAD ? HEAD_POLL_MS : MAX_POLL_MS,
    (holderTtlMs < 0 ? ENDLESS_POLL_MS : holderTtlMs) + jitterMs,
  );
}
