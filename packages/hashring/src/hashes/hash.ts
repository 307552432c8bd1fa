import type { RingKey } from '../ring/ring.ts';

/**
 * A hash of 32 bits. Both functions return a signed 32-bit integer: the one kind of number that V8 passes on
 * without allocating. `>>> 0` makes it the unsigned value that its definition speaks of.
 */
export interface Hash {
  /** Two hashes with one name are the same function. */
  readonly name: string;
  /** How many low bits it fills. @default 32 */
  readonly bits?: 15 | 31 | 32;
  /** Hashes a key. */
  readonly key: (key: RingKey) => number;
  /** Hashes the first `length` bytes of the key buffer (keys/key-buffer.ts). */
  readonly buffered: (length: number) => number;
}
