import type { RingKey } from '../ring/ring.ts';

type Crypto = typeof import('node:crypto');
/** Loaded for the first long key; null once it has refused. */
let crypto: Crypto | null | undefined;

/**
 * The first little-endian word of the MD5 digest that `node:crypto` computes, as a signed 32-bit integer. It allocates.
 *
 * @returns undefined where there is none: MD5 is forbidden in FIPS mode, and other runtimes lack `node:crypto`.
 */
export function nativeMd5(key: RingKey): number | undefined {
  if (crypto === null) return undefined;
  try {
    crypto ??= process.getBuiltinModule('node:crypto');
    // Text in hexadecimal comes sooner than bytes.
    const word = Number.parseInt(hexDigest(crypto, key).slice(0, 8), 16);
    return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  } catch {
    // Not an error to be told of: the same digest is computed without it, only slower.
    crypto = null;
    return undefined;
  }
}

function hexDigest({ hash, createHash }: Partial<Crypto> & Pick<Crypto, 'createHash'>, key: RingKey): string {
  // `crypto.hash` is not in every release.
  return hash === undefined ? createHash('md5').update(key).digest('hex') : hash('md5', key, 'hex');
}
