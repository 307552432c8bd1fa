import type { Key } from './driver.ts';
import { MemcacheError } from './memcache-error.ts';

/** The longest key that memcached takes. */
export const maxKeyBytes = 250;
/** Above this, the base64 of a key has more than 250 bytes. */
const maxBinaryKeyBytes = 186;
const excerptLength = 40;
/** What nearly every key is: its own wire form. One test is half the cost of a loop over it. */
const plainKey = /^[\x21-\x7e]{1,250}$/;

/**
 * Which keys a driver takes: `text`, what every client of memcached can use; or `binary`, any bytes,
 * of which those that are no text go over the wire as base64 (`b`). The server stores the bytes: clients
 * of the text protocol cannot name such a key, those of the binary protocol can.
 */
export type KeyKind = 'text' | 'binary';

/** Turns a key into the form in which commands are put together. */
export type KeyEncoder = (key: Key) => string;

/** The encoder for a kind of keys. */
export function keyEncoder(kind: KeyKind): KeyEncoder {
  return kind === 'binary' ? encodeBinaryKey : encodeKey;
}

/** Whether the bytes of a key go over the wire as they are, whatever the encoder: printable ASCII, as nearly all are. */
export function isPlainKey(key: Key): key is Buffer {
  if (!Buffer.isBuffer(key) || key.length === 0 || key.length > maxKeyBytes) return false;
  for (let index = 0; index < key.length; index++) {
    const byte = key[index]!;
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return true;
}

/**
 * The bytes of a key as a string of one character per byte, which is how commands are put together.
 *
 * @throws MemcacheError ERR_MEMCACHE_BAD_KEY when memcached could not take the key as it is.
 */
export function encodeKey(key: Key): string {
  if (typeof key === 'string' && plainKey.test(key)) return key;
  const bytes = latin1Of(key);
  if (plainKey.test(bytes)) return bytes;
  if (bytes.length === 0) throw badKey(bytes, 'is empty');
  if (bytes.length > maxKeyBytes) throw badKey(bytes, `has ${lengthInBytes(key)} bytes, more than ${maxKeyBytes}`);
  const offset = firstForbidden(bytes);
  if (offset < 0) return bytes;
  const byte = bytes.charCodeAt(offset).toString(16).padStart(2, '0');
  throw badKey(bytes, `has the byte 0x${byte} at offset ${offset}`);
}

/**
 * As `encodeKey`, and turns what the text protocol cannot hold into base64 with the flag for it:
 * `AAEC b`. No two keys come out alike, because the server stores the bytes and not the base64.
 *
 * @throws MemcacheError ERR_MEMCACHE_BAD_KEY when it is empty, or too long: above 250 bytes as text, 186 otherwise.
 */
export function encodeBinaryKey(key: Key): string {
  if (typeof key === 'string' && plainKey.test(key)) return key;
  const bytes = latin1Of(key);
  if (plainKey.test(bytes)) return bytes;
  if (bytes.length === 0) throw badKey(bytes, 'is empty');
  const isText = firstForbidden(bytes) < 0;
  if (isText && bytes.length <= maxKeyBytes) return bytes;
  if (bytes.length > maxBinaryKeyBytes) {
    throw badKey(
      bytes,
      `has ${lengthInBytes(key)} bytes, more than ${isText ? maxKeyBytes : `${maxBinaryKeyBytes} that are no text`}`,
    );
  }
  return `${Buffer.from(bytes, 'latin1').toString('base64')} b`;
}

/**
 * As `encodeBinaryKey`, and turns every key into base64, as a client asked for.
 *
 * @throws MemcacheError ERR_MEMCACHE_BAD_KEY when it has no bytes, or more than 186.
 */
export function encodeBase64Key(key: Key): string {
  const bytes = typeof key === 'string' ? Buffer.from(key) : key;
  if (bytes.length === 0) throw badKey('', 'is empty');
  if (bytes.length > maxBinaryKeyBytes) {
    throw badKey(bytes.toString('latin1', 0, maxKeyBytes), `has ${bytes.length} bytes, more than ${maxBinaryKeyBytes}`);
  }
  return `${bytes.toString('base64')} b`;
}

/** One character per byte; of a key that is too long, enough to see that it is. */
function latin1Of(key: Key): string {
  if (typeof key !== 'string') {
    // The text of a Uint8Array is another key.
    if (!Buffer.isBuffer(key)) throw new TypeError(`a key must be a string or a Buffer, got ${typeof key}`);
    return key.toString('latin1', 0, maxKeyBytes + 1);
  }
  if (key.length > maxKeyBytes) return key.slice(0, maxKeyBytes + 1);
  for (let index = 0; index < key.length; index++) {
    if (key.charCodeAt(index) > 0x7f) return Buffer.from(key, 'utf8').toString('latin1');
  }
  return key;
}

function lengthInBytes(key: Key): number {
  return typeof key === 'string' ? Buffer.byteLength(key) : key.length;
}

/** Where the first byte is that the text protocol cannot hold, or -1. */
function firstForbidden(bytes: string): number {
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes.charCodeAt(index);
    if (byte <= 0x20 || byte === 0x7f) return index;
  }
  return -1;
}

function badKey(bytes: string, reason: string): MemcacheError {
  return new MemcacheError('ERR_MEMCACHE_BAD_KEY', `the key "${excerptOf(bytes)}" ${reason}`);
}

/** A key for a message. It is foreign input and ends up in logs: printable ASCII only, and not all of it. */
export function excerptOf(key: Key): string {
  const bytes = typeof key === 'string' ? key : key.toString('latin1');
  const excerpt = bytes.slice(0, excerptLength).replaceAll(/[^\x21-\x7e]/g, '?');
  return bytes.length > excerptLength ? `${excerpt}…` : excerpt;
}
