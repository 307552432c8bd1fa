/** One key that a memcached holds. */
export interface DumpedKey {
  readonly key: Buffer;
  /** Seconds since the epoch; 0 never expires. */
  readonly expiresAt: number;
}

/**
 * Reads a line of `lru_crawler metadump`: `key=<percent-encoded> exp=<seconds, -1 for never> la=… cas=… …`.
 *
 * Source: memcached's doc/protocol.txt, "LRU_Crawler".
 *
 * @throws Error when it is no such line.
 */
export function readDumpedKey(line: string): DumpedKey {
  const match = /^key=(\S+) exp=(-?\d+) /.exec(line);
  if (match?.[1] === undefined) throw new Error('memcached answered a walk over its keys with something else');
  return { key: percentDecode(match[1]), expiresAt: Math.max(0, Number(match[2])) };
}

/** The bytes of a key: `decodeURIComponent` would refuse those that are no UTF-8. */
function percentDecode(text: string): Buffer {
  if (!text.includes('%')) return Buffer.from(text, 'latin1');
  const decoded = text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1');
}
