const table: Int32Array = new Int32Array(256).map((_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/**
 * What the SSE 4.2 instruction `crc32q` makes of a checksum and a 64-bit integer: CRC-32C (Castagnoli, reflected)
 * without the inversions before and after.
 */
export function crc32cUint64(checksum: number, low: number, high: number): number {
  return word(word(checksum ^ low) ^ high);
}

function word(mixed: number): number {
  let crc = mixed;
  for (let i = 0; i < 4; i++) crc = table[crc & 0xff]! ^ (crc >>> 8);
  return crc;
}
