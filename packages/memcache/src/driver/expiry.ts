/** memcached takes a time to live up to this as seconds from now, and a longer one as seconds since the epoch. */
export const maxRelativeSeconds: number = 30 * 24 * 60 * 60;
/** The last moment that memcached can tell. */
export const maxAbsoluteSeconds = 0x7fff_ffff;

/**
 * The time to live that makes a value expire at `expiresAt` (seconds since the epoch, 0 never), by
 * memcached's rule for relative and absolute times. Undefined when that moment has passed.
 */
export function remainingTtl(expiresAt: number, nowMs: number): number | undefined {
  if (expiresAt === 0) return 0;
  const remaining = Math.ceil(expiresAt - nowMs / 1000);
  if (remaining <= 0) return undefined;
  // Relative where it can be, so that the clocks of the two machines need not agree.
  return remaining <= maxRelativeSeconds ? remaining : Math.min(Math.floor(expiresAt), maxAbsoluteSeconds);
}
