import { RefreshError } from '../refresh-error.ts';

/** The longest key, in UTF-8 bytes. */
const MAX_BYTES = 200;
/** What most keys are, and is found out fastest. */
const ORDINARY = /^[\x20-\x7e]{1,200}$/;

/** A string as every Node that is supported has it; the types know it from ES2024 on. */
interface CheckedString {
  isWellFormed(): boolean;
}

/** Whether a text is the same after a way through UTF-8: it has no half of a surrogate pair. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as CheckedString).isWellFormed();
}

/**
 * Checks the key of an entry: 1 to 200 UTF-8 bytes of well-formed text without control characters.
 *
 * @throws RefreshError ERR_REFRESH_KEY.
 */
export function checkKey(key: string): void {
  if (typeof key === 'string' && ORDINARY.test(key)) return;
  if (typeof key !== 'string' || key === '') throw new RefreshError('ERR_REFRESH_KEY', 'a key must be a text');
  if (!isWellFormed(key) || /\p{Cc}/u.test(key)) {
    throw new RefreshError('ERR_REFRESH_KEY', 'a key must be well-formed text without control characters');
  }
  const bytes = Buffer.byteLength(key);
  if (bytes > MAX_BYTES) {
    throw new RefreshError('ERR_REFRESH_KEY', `a key may have ${MAX_BYTES} bytes, and this one has ${bytes}`);
  }
}
