import { bytes, words } from '../keys/key-buffer.ts';

/**
 * Pads the first `length` bytes of the key buffer as SHA-1 and SHA-256 want it: a mark, zeros, and the length in bits at
 * the end of the last block.
 *
 * @returns how many blocks of 64 bytes there are.
 */
export function padBlocks(length: number): number {
  const blocks = ((length + 8) >>> 6) + 1;
  bytes[length] = 0x80;
  bytes.fill(0, length + 1, blocks << 6);
  const end = blocks << 4;
  words[end - 2] = swapBytes(Math.floor(length / 0x20000000));
  words[end - 1] = swapBytes(length << 3);
  return blocks;
}

/** Reads a block of the key buffer as 16 big-endian words. */
export function readBlock(block: number, out: Int32Array): void {
  const source = words;
  for (let i = 0; i < 16; i++) out[i] = swapBytes(source[(block << 4) + i]!);
}

/** The same word with its bytes in the other order. */
export function swapBytes(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
