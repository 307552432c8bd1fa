import { bytes, loadKey } from '../keys/key-buffer.ts';
import type { Hash } from './hash.ts';

const table = createTable();

/** CRC-16 (CCITT polynomial 0x1021) as twemproxy computes it: in 32 bits that are never cut to 16. */
export const crc16: Hash = { name: 'crc16', key: (key) => crc16Buffered(loadKey(key)), buffered: crc16Buffered };

function crc16Buffered(length: number): number {
  const source = bytes;
  let crc = 0;
  for (let i = 0; i < length; i++) crc = (crc << 8) ^ table[((crc >>> 8) ^ source[i]!) & 0xff]!;
  return crc;
}

function createTable(): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    return crc & 0xffff;
  });
}
