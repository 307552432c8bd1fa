// Where the parts of a block lie. All numbers are big-endian.
//
//   0  u8   magic            0xb1
//   1  u8   version          1, or 2 with a version vector
//   2  8 B  producer id
//  10  u64  sequence
//  18  u16  operation count
//  20  u32  CRC-32 of bytes 0 to 19 and of everything from 24 on
//  24  in version 2, the vector: see seen-cursors.ts
//      operations, each:
//        u8 kind (1 set, 2 delete) · u16 key length · key
//        and for a set: u32 flags · f64 expiresAt · u32 value length · value
//        u8 kind (4 set, 5 delete) · u16 key length · key · u64 version · the rest as above: with a version
//      or, in a block that clears classes of keys: u8 3 · u16 prefix length · prefix
import { crc32 } from 'node:zlib';

/** First byte of every block. */
export const BLOCK_MAGIC = 0xb1;
/** Version of the layout, the second byte. */
export const BLOCK_VERSION = 1;
/** The version of a block that begins with a version vector. */
export const BLOCK_VERSION_SEEN = 2;
/** Bytes before the first operation. */
export const BLOCK_HEADER_BYTES = 24;
/** Most operations that one block can count. */
export const MAX_BLOCK_OPERATIONS = 65_535;

export const PRODUCER_AT = 2;
export const PRODUCER_BYTES = 8;
export const SEQUENCE_AT = 10;
export const COUNT_AT = 18;
export const CHECKSUM_AT = 20;

export const KIND_SET = 1;
export const KIND_DELETE = 2;
export const KIND_CLEAR = 3;
/** A set, and a delete, of which the row's version is known. */
export const KIND_VERSIONED_SET = 4;
export const KIND_VERSIONED_DELETE = 5;
/** Bytes of a version, after the key. */
export const VERSION_BYTES = 8;
/** Bytes of kind and key length. */
export const OPERATION_HEADER_BYTES = 3;
/** Bytes of flags, expiry and value length. */
export const SET_HEADER_BYTES = 16;
/** Where the value length is among them. */
export const VALUE_LENGTH_AT = 12;

/** The checksum that belongs at `CHECKSUM_AT`. */
export function blockChecksum(block: Buffer): number {
  return crc32(block.subarray(BLOCK_HEADER_BYTES), crc32(block.subarray(0, CHECKSUM_AT)));
}
