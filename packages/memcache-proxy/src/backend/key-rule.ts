/** The longest key that memcached takes. */
export const MAX_KEY_BYTES: number = 250;

/** The rule that `key` breaks as the end of a sentence that starts with "a key", or undefined when it is fine. */
export function brokenKeyRule(key: Uint8Array): string | undefined {
  if (key.length === 0) return 'must have at least 1 byte, got 0';
  if (key.length > MAX_KEY_BYTES) return `must have at most ${MAX_KEY_BYTES} bytes, got ${key.length}`;
  for (const [index, byte] of key.entries()) {
    if (byte <= 0x20 || byte === 0x7f) {
      return `must not contain spaces or control characters, got 0x${byte.toString(16).padStart(2, '0')} at byte ${index}`;
    }
  }
  return undefined;
}
