import { type FieldHash, hashFamilies, type SeededHash, seededHashes } from '../hashes/hash-family.ts';
import { oneOf, type OptionRule } from './option-rules.ts';

/** The hashes of keys that the algorithms of the field have. */
export const fieldHashes: readonly FieldHash[] = Object.keys(hashFamilies) as FieldHash[];

/** An option `hash` for any of them. */
export const fieldHash: OptionRule<FieldHash> = oneOf('murmur64b', fieldHashes);

/** An option `hash` for those that take a seed. */
export const seededHash: OptionRule<SeededHash> = oneOf('murmur64b', Object.keys(seededHashes) as SeededHash[]);
