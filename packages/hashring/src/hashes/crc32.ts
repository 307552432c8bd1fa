import { CHAR_CODE_AT } from '../keys/char-code-at.ts';
import { isLong } from '../keys/is-long.ts';
import { bytes, loadKey, words } from '../keys/key-buffer.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Hash } from './hash.ts';
import { nativeCrc32 } from './native-crc32.ts';

const charCodeAt = CHAR_CODE_AT;

const [table0, table1, table2, table3] = slicingTables();

/** Up to this length a string of ASCII is hashed where it is: going through the key buffer costs a quarter more. */
const SHORT = 64;
/** From this length on zlib is faster. */
const NATIVE_LENGTH = 256;
/** CRC-32 as zlib computes it: IEEE polynomial, reflected, four bytes at a time (slicing-by-4, Kounavis and Berry 2005). */
export const crc32: Hash = { name: 'crc32', key: crc32Key, buffered: (length) => ~crc32Update(-1, 0, length) };

/** Adds the bytes `from` (a multiple of 4) to `to` of the key buffer to a running checksum, which begins as -1 and is inverted at the end. */
export function crc32Update(checksum: number, from: number, to: number): number {
  const source = words;
  let crc = checksum;
  const whole = to & ~3;
  for (let i = from; i < whole; i += 4) crc = crc32Word(crc ^ source[i >> 2]!);
  for (let i = Math.max(from, whole); i < to; i++) crc = table0[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return crc;
}

function crc32Key(key: RingKey): number {
  if (isLong(key, NATIVE_LENGTH)) return nativeCrc32(key) ?? crc32.buffered(loadKey(key));
  if (typeof key !== 'string' || key.length > SHORT) return crc32.buffered(loadKey(key));
  const { length } = key;
  const whole = length & ~3;
  let crc = -1;
  let seen = 0;
  for (let i = 0; i < whole; i += 4) {
    const a = charCodeAt.call(key, i);
    const b = charCodeAt.call(key, i + 1);
    const c = charCodeAt.call(key, i + 2);
    const d = charCodeAt.call(key, i + 3);
    seen |= a | b | c | d;
    crc = crc32Word(crc ^ (a | (b << 8) | (c << 16) | (d << 24)));
  }
  for (let i = whole; i < length; i++) {
    const code = charCodeAt.call(key, i);
    seen |= code;
    crc = table0[(crc ^ code) & 0xff]! ^ (crc >>> 8);
  }
  return seen > 0x7f ? crc32.buffered(loadKey(key)) : ~crc;
}

function crc32Word(mixed: number): number {
  return table3[mixed & 0xff]! ^ table2[(mixed >>> 8) & 0xff]! ^ table1[(mixed >>> 16) & 0xff]! ^ table0[mixed >>> 24]!;
}

/** Table k holds the checksum of one byte followed by k zero bytes. */
function slicingTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const tables = [new Int32Array(256), new Int32Array(256), new Int32Array(256), new Int32Array(256)] as const;
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    tables[0][byte] = crc;
  }
  for (let k = 1; k < 4; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const crc = tables[k - 1]![byte]!;
      tables[k]![byte] = (crc >>> 8) ^ tables[0][crc & 0xff]!;
    }
  }
  return tables;
}
