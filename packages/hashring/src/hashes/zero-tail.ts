import { bytes } from '../keys/key-buffer.ts';

/** Fills the last word of a key of `length` bytes in the key buffer with zeros, for hashes that read it by words. */
export function zeroTail(length: number): void {
  const end = (length + 3) & ~3;
  for (let i = length; i < end; i++) bytes[i] = 0;
}
