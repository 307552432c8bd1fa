/** Four bytes whose CRC-32 is the given one: with four, every value has exactly one key. */
export function keyWithCrc32(crc: number): Uint8Array {
  // Backwards through the register: each step is the inverse of (register >>> 1) ^ (polynomial where a one falls out).
  let register = ~crc >>> 0;
  for (let bit = 0; bit < 32; bit++) {
    const fellOut = register >>> 31;
    register = (((register ^ (fellOut === 1 ? 0xedb88320 : 0)) << 1) | fellOut) >>> 0;
  }
  const key = Buffer.alloc(4);
  key.writeUInt32LE((register ^ 0xffffffff) >>> 0);
  return key;
}
