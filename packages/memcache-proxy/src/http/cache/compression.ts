import type { ContentEncoding } from './content-flags.ts';

/** How a value is compressed: `zlib` is what HTTP calls `deflate`, `deflate` the same without its header and checksum. */
export type Compression = 'gzip' | 'zlib' | 'deflate' | 'br' | 'zstd';

/** By which flags another client says that it compressed a value. */
export interface FlagBits {
  /** The bits that must all be set: `0x8` for zlib of pylibmc, `0x30` of php-memcached. */
  readonly mask: number;
  /** Bytes of the value before the compressed data: 4 for php-memcached. @default 0 */
  readonly skipBytes?: number;
}

/** The option `compression` of the HTTP face. */
export interface CompressionOptions {
  /** The flags of values that other clients compressed; a number is a mask. @default {} */
  readonly flagBits?: Readonly<Partial<Record<'gzip' | 'zlib' | 'deflate', number | FlagBits>>>;
  /** A value that inflates to more is answered with 502, before memory is taken for it. @default 8388608 */
  readonly maxInflatedBytes?: number;
}

/** One row of the compiled option. */
export interface CompressionRule {
  readonly compression: Compression;
  readonly mask: number;
  readonly skipBytes: number;
}

/**
 * The rules of the option, those with more bits first, so that `0x30` is not taken for `0x10`.
 *
 * @throws RangeError when a mask is no unsigned 32-bit integer above 0, or `skipBytes` is negative.
 */
export function compileCompression({ flagBits = {} }: CompressionOptions): CompressionRule[] {
  const rules = Object.entries(flagBits).map(([compression, bits]) => {
    const { mask, skipBytes = 0 } = typeof bits === 'number' ? { mask: bits } : bits;
    const name = `compression.flagBits.${compression}`;
    if (!Number.isInteger(mask) || mask <= 0 || mask > 0xffff_ffff) {
      throw new RangeError(`${name} must be the mask of at least one of 32 bits, got ${mask}`);
    }
    if (!Number.isInteger(skipBytes) || skipBytes < 0 || skipBytes > 64) {
      throw new RangeError(`${name}.skipBytes must be an integer from 0 to 64, got ${skipBytes}`);
    }
    return { compression: compression as Compression, mask, skipBytes };
  });
  return rules.sort((left, right) => bitCount(right.mask) - bitCount(left.mask));
}

/** The rule that the flags of a value match. */
export function findCompression(rules: readonly CompressionRule[], flags: number): CompressionRule | undefined {
  if (flags === 0) return undefined;
  return rules.find(({ mask }) => (flags & mask) >>> 0 === mask);
}

/** What HTTP calls a compression; undefined for raw deflate, which has no name there. */
export function toCoding(compression: Compression): ContentEncoding | undefined {
  if (compression === 'zlib') return 'deflate';
  return compression === 'deflate' ? undefined : compression;
}

/** The compression behind a content coding. */
export function toCompression(coding: ContentEncoding): Compression {
  return coding === 'deflate' ? 'zlib' : coding;
}

function bitCount(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
