import type { RingKey } from '../ring/ring.ts';

/** The key with ASCII text in front of it: what clients hash that number their attempts. */
export function prefixKey(prefix: string, key: RingKey): RingKey {
  if (typeof key === 'string') return prefix + key;
  const prefixed = new Uint8Array(prefix.length + key.length);
  new TextEncoder().encodeInto(prefix, prefixed);
  prefixed.set(key, prefix.length);
  return prefixed;
}
