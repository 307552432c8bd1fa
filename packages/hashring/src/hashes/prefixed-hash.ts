import { loadPrefixed } from '../keys/prefix.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Hash } from './hash.ts';

/** A hash of keys, and the name of what it does to them: equal ids mean equal hashes. */
export interface PrefixedHash {
  readonly key: (key: RingKey) => number;
  readonly id: string;
}

/** The hash of keys with text in front of them. */
export function prefixedHash({ name, key, buffered }: Hash, prefix: string): PrefixedHash {
  if (prefix === '') return { key, id: name };
  const bytes = new TextEncoder().encode(prefix);
  return { key: (each) => buffered(loadPrefixed(bytes, each)), id: `${name} after ${JSON.stringify(prefix)}` };
}
