import type { RingKey } from '../ring/ring.ts';

/**
 * Refuses what is no key, also where a key is not hashed.
 *
 * @throws TypeError when it is neither a string nor a Uint8Array.
 */
export function checkKey(key: RingKey): void {
  if (typeof key === 'string' || key instanceof Uint8Array) return;
  const given = key === null ? 'null' : typeof key;
  throw new TypeError(`a key must be a string or a Uint8Array, got ${given}`);
}
