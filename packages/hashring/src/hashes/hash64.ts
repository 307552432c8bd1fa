import type { RingKey } from '../ring/ring.ts';

/** Where every hash of 64 bits leaves its result: the low half, then the high half, as signed 32-bit integers. */
export const half: Int32Array = new Int32Array(2);

/** A hash of 64 bits that takes a seed. */
export interface Hash64 {
  /** Its name in options and in error messages. */
  readonly name: string;
  /** Hashes a key into {@link half} with seed 0. */
  readonly key: (key: RingKey) => void;
  /** Hashes the first `length` bytes of the key buffer (keys/key-buffer.ts) into {@link half}. Seeds have 32 bits. */
  readonly buffered: (length: number, seed: number) => void;
}
