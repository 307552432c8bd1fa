/** Up to here memcached takes a TTL as seconds from now, above it as seconds since the epoch (30 days). */
export const MAX_RELATIVE_TTL_SECONDS: number = 2_592_000;

/**
 * The moment at which memcached drops a value stored at `nowMs` with `ttlSeconds`: seconds since the
 * epoch, 0 for never, undefined when it is dropped at once. Source: protocol.txt, "Expiration times".
 */
export function toExpiresAt(ttlSeconds: number, nowMs: number): number | undefined {
  if (ttlSeconds === 0) return 0;
  if (ttlSeconds < 0) return undefined;
  const nowSeconds = Math.floor(nowMs / 1000);
  if (ttlSeconds <= MAX_RELATIVE_TTL_SECONDS) return nowSeconds + ttlSeconds;
  return ttlSeconds > nowSeconds ? ttlSeconds : undefined;
}
