/**
 * Whether the compiler of a C client takes `char` as signed, as on x86, or as unsigned, as on ARM. Some hashes add
 * bytes as `char`, so that the same source hashes every key with a byte of 0x80 or more differently on the two.
 */
export type CharSignedness = 'signed' | 'unsigned';

/** `(byte << shift) >> shift` is what a byte counts for as a `char`. */
export const CHAR_SHIFTS: Readonly<Record<CharSignedness, number>> = { signed: 24, unsigned: 0 };
