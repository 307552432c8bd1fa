import type { RingKey } from '../ring/ring.ts';

/** Whether a key is at least so long, in bytes or UTF-16 units: then a hash of the platform may be faster. */
export function isLong(key: RingKey, from: number): boolean {
  return (typeof key === 'string' || key instanceof Uint8Array) && key.length >= from;
}
