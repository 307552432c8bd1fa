import type { RingKey } from '../ring/ring.ts';

// A byte order mark is a character like any other: it is on the wire.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The key as text, for clients that hash characters and not bytes; bytes are taken as UTF-8. @throws TypeError for anything else. */
export function keyText(key: RingKey): string {
  if (typeof key === 'string') return key;
  if (key instanceof Uint8Array) return decoder.decode(key);
  throw new TypeError(`a key must be a string or a Uint8Array, got ${typeof key}`);
}
