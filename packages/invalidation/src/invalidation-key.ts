import { isUtf8 } from 'node:buffer';

/** What is invalidated. A string stands for its UTF-8 bytes; bytes that are UTF-8 are heard as that string. */
export type InvalidationKey = string | Uint8Array;

/** Keys by how they are heard. */
export interface SortedKeys {
  readonly texts: string[];
  readonly binaries: Buffer[];
}

/** A string as every Node that is supported has it; the types know it from ES2024 on. */
interface CheckedString {
  isWellFormed(): boolean;
}

/**
 * Sorts keys into text and bytes that are not text.
 *
 * @throws TypeError for a key that is neither string nor bytes, and for a string with half a surrogate pair:
 *   it has no UTF-8 form, so that followers would hear another key.
 */
export function sortKeys(keys: readonly InvalidationKey[]): SortedKeys {
  const texts: string[] = [];
  const binaries: Buffer[] = [];
  for (const key of keys) {
    if (typeof key === 'string') {
      texts.push(checkedText(key, 'a key'));
      continue;
    }
    const bytes = bytesOf(key);
    if (isUtf8(bytes)) texts.push(bytes.toString());
    else binaries.push(Buffer.from(bytes));
  }
  return { texts, binaries };
}

/**
 * Returns `text` when it has a UTF-8 form.
 *
 * @throws TypeError when it has none; `name` says what it is.
 */
export function checkedText(text: string, name: string): string {
  if (typeof text !== 'string') throw new TypeError(`${name} must be a string, got ${typeof text}`);
  if ((text as unknown as CheckedString).isWellFormed()) return text;
  throw new TypeError(`${name} must be well-formed text, got ${JSON.stringify(text)}`);
}

function bytesOf(key: unknown): Buffer {
  if (!(key instanceof Uint8Array)) throw new TypeError(`a key must be a string or bytes, got ${typeof key}`);
  return Buffer.from(key.buffer, key.byteOffset, key.length);
}
