import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import type { Codec, MaybePromise } from './codec.ts';
import { andThen, fromBytes, guardDecode, toBytes } from './decode-error.ts';

/** With what values are encrypted. */
export interface EncryptedOptions {
  /**
   * Keys of 32 bytes by their ids. To change keys: add the new one everywhere, then make it current, and take the old
   * one away once the longest time to live has passed.
   */
  readonly keys: Readonly<Record<string, Uint8Array>>;
  /** The id of the key to encrypt with. All of them decrypt. */
  readonly current: string;
}

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const MAX_ID_BYTES = 64;

/**
 * The codec with AES-256-GCM around it (NIST SP 800-38D), bound to the cache key: bytes moved from one key to another
 * do not decrypt. Put it around `compressed`, not into it. The nonces are random: change the key before 2^32 values.
 *
 * Layout: version, length of the key id, key id, nonce, ciphertext, tag.
 *
 * @throws RangeError for a key that has not 32 bytes, for a bad id, and when `current` names none.
 */
export function encrypted<V>(codec: Codec<V>, { keys, current }: EncryptedOptions): Codec<V> {
  const byId = new Map(Object.entries(keys).map(([id, key]) => [id, checkedKey(id, key)]));
  const key = byId.get(current);
  if (key === undefined) throw new RangeError(`keys has no "${current}", which current names`);
  const name = `${codec.name}+gcm`;
  const head = Buffer.concat([Buffer.of(VERSION, Buffer.byteLength(current)), Buffer.from(current)]);

  const seal = (plain: Buffer, cacheKey: string): Buffer => {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(contextOf(name, cacheKey));
    return Buffer.concat([head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };

  const open = (bytes: Buffer, cacheKey: string): Buffer => {
    const idLength = bytes[1] ?? 0;
    const start = 2 + idLength;
    if (bytes[0] !== VERSION || bytes.length < start + NONCE_BYTES + TAG_BYTES) throw new Error('it is not encrypted');
    const used = byId.get(bytes.toString('utf8', 2, start));
    if (used === undefined) throw new Error('it is encrypted with a key that is not here');
    const nonce = bytes.subarray(start, start + NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', used, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(contextOf(name, cacheKey));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(start + NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  };

  return {
    name,
    isText: false,
    encode: (value, cacheKey): MaybePromise<Buffer> =>
      andThen(codec.encode(value, cacheKey), (plain) => seal(toBytes(plain), cacheKey)),
    decode: (bytes, cacheKey) =>
      guardDecode(name, () => codec.decode(fromBytes(open(bytes as Buffer, cacheKey), codec.isText), cacheKey)),
  };
}

function contextOf(name: string, cacheKey: string): Buffer {
  return Buffer.from(`${name}\n${cacheKey}`);
}

function checkedKey(id: string, key: Uint8Array): Buffer {
  const length = Buffer.byteLength(id);
  if (length === 0 || length > MAX_ID_BYTES) throw new RangeError(`a key id must have 1 to ${MAX_ID_BYTES} bytes`);
  if (!(key instanceof Uint8Array) || key.length !== KEY_BYTES) {
    throw new RangeError(`the key "${id}" must be ${KEY_BYTES} bytes`);
  }
  return Buffer.from(key);
}
