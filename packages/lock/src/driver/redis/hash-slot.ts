/** The hash slot of Redis Cluster that a name lies in: CRC-16 (XMODEM) of its hash tag, or of all of it, modulo 16384. */
export function hashSlot(name: string): number {
  let crc = 0;
  for (const byte of Buffer.from(hashTagOf(name) ?? name)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xff_ff : ((crc << 1) ^ 0x10_21) & 0xff_ff;
  }
  return crc % 16_384;
}

/** What stands between the first `{` and the next `}`, if anything does. */
export function hashTagOf(name: string): string | undefined {
  const open = name.indexOf('{');
  const close = name.indexOf('}', open + 1);
  return open < 0 || close <= open + 1 ? undefined : name.slice(open + 1, close);
}
