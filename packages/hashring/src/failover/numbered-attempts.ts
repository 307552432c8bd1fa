import type { Hash } from '../hashes/hash.ts';
import { prefixKey } from '../keys/prefix-key.ts';
import type { RingKey } from '../ring/ring.ts';

/** The hashes of a key with 0, 1 and so on in front of it, `count` of them: how dalli looks for another server. */
export function* numberedAttempts({ key: hash }: Hash, key: RingKey, count: number): Iterable<number> {
  for (let attempt = 0; attempt < count; attempt++) yield hash(prefixKey(String(attempt), key));
}
