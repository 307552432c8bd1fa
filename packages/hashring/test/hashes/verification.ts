/**
 * The verification value of SMHasher (Appleby): hashes the keys of 0 to 255 bytes 0, 1, 2 … with the seeds 256 down to
 * 1, then all those results with seed 0, and takes the first four bytes.
 */
export function verificationValue(width: 4 | 8, hash: (key: Uint8Array, seed: number) => bigint): number {
  const write = (results: DataView, index: number, value: bigint): void => {
    for (let i = 0; i < width; i++) results.setUint8(index * width + i, Number((value >> BigInt(8 * i)) & 0xffn));
  };
  const results = new DataView(new ArrayBuffer(256 * width));
  const key = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let i = 0; i < 256; i++) write(results, i, hash(key.subarray(0, i), 256 - i));
  return Number(hash(new Uint8Array(results.buffer), 0) & 0xffffffffn);
}
