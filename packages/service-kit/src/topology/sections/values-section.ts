import { Type } from 'typebox';

import { positiveInteger } from './positive-integer.ts';

/** `contentFlags` in messages. */
export const typesExample: string = '{ types: { 48: application/vnd.acme+json } }';

/** The map of a compression in messages. */
export const bitsExample: string = '{ mask: 0x30, skipBytes: 4 }';

/** The codes that a team may give content types of its own. */
export const ownTypeCodes: { readonly first: number; readonly last: number } = { first: 48, last: 63 };

/** How other clients say by flags that they compressed a value. */
export interface CompressionBits {
  /** The bits of the 32 that must all be set. */
  readonly mask: number;
  /** Bytes of the value before the compressed data: 4 for php-memcached. @default 0 */
  readonly skipBytes?: number;
}

/** The values that other clients compressed; a number is a mask. */
export interface ProxyCompression {
  readonly gzip?: number | CompressionBits;
  /** What HTTP calls `deflate`. */
  readonly zlib?: number | CompressionBits;
  /** Raw deflate, without header and checksum. */
  readonly deflate?: number | CompressionBits;
  /** A value that inflates to more is answered with 502. @default 8388608 */
  readonly maxInflatedBytes?: number;
}

/** How the HTTP face reads and writes keys and values. */
export interface ProxyValues {
  /** Keys that memcached cannot hold even as base64. @default 'hash' */
  readonly longKeys?: 'hash' | 'refuse';
  /** Whether content type, encoding and stale time are kept in the flags, and types beside the known ones. @default true */
  readonly contentFlags?: boolean | { readonly types?: Readonly<Record<number, string>> };
  /** @default none */
  readonly compression?: ProxyCompression;
  /** Whether hits that expire say so in `Cache-Control`. @default false */
  readonly cacheControl?: boolean;
}

/** How each compression is written as a map. Masks and the number form are looked at by rules of their own. */
export const compressionBitsSchema: Type.TSchema = Type.Object(
  {
    mask: positiveInteger(2, 0xffff_ffff),
    skipBytes: Type.Optional(positiveInteger(4, 64)),
  },
  { additionalProperties: false, examples: [bitsExample] },
);

/** `contentFlags`, where it is a map. */
export const contentFlagsSchema: Type.TSchema = Type.Object(
  {
    types: Type.Optional(
      Type.Record(Type.String(), Type.String({ examples: ['application/vnd.acme+json'] }), {
        examples: ['{ 48: application/vnd.acme+json }'],
      }),
    ),
  },
  { additionalProperties: false, examples: [typesExample] },
);

const bits = Type.Optional(Type.Unknown({ examples: ['0x2'] }));

/** The section `values` of a proxy. */
export const valuesSchema: Type.TSchema = Type.Object(
  {
    longKeys: Type.Optional(Type.Enum(['hash', 'refuse'], { examples: ['hash'] })),
    contentFlags: Type.Optional(Type.Unknown({ examples: ['false'] })),
    compression: Type.Optional(
      Type.Object(
        { gzip: bits, zlib: bits, deflate: bits, maxInflatedBytes: Type.Optional(positiveInteger(8_388_608)) },
        { additionalProperties: false, examples: ['{ gzip: 0x2 }'] },
      ),
    ),
    cacheControl: Type.Optional(Type.Boolean({ examples: ['true'] })),
  },
  { additionalProperties: false, examples: ['{ longKeys: refuse }'] },
);
