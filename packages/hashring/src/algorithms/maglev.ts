import { half } from '../hashes/hash64.ts';
import { type FieldHash, hashFamilies } from '../hashes/hash-family.ts';
import { modulo64 } from '../hashes/uint64.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { maglevTable } from '../lookups/maglev-table.ts';
import { cycleSpace } from '../ring/hash-space.ts';
import type { RingKey } from '../ring/ring.ts';
import type { Algorithm } from './algorithm.ts';
import { fieldHash } from './field-options.ts';

/** Options of `maglev`. */
export interface MaglevOptions {
  /** What keys are hashed with, see {@link FieldHash}; names are hashed with SipHash, as in go-maglev. @default 'murmur64b' */
  readonly hash?: FieldHash;
  /**
   * How many places there are: a prime number. A hundred times as many as nodes make the shares equal to within 1 %.
   *
   * @default 65537, which is go-maglev's SmallM; its BigM is 655373
   */
  readonly tableSize?: number;
}

/**
 * Maglev hashing (Eisenbud et al. 2016) as in go-maglev: the fastest lookup, shares that are equal, and about 1.5
 * times as many keys that move as have to. A key's further preferences are the owners of the places behind its own;
 * a dead node is ejected by filling the table without it.
 */
export const maglev: Algorithm<MaglevOptions> = {
  name: 'maglev',
  options: {
    hash: fieldHash,
    tableSize: { default: 65_537, expected: 'a prime number from 3 to 1048573', accepts: isTableSize },
  },
  weights: 'none',
  label: ownOrAddress,
  ejects: true,
  place(nodes, { hash: name, tableSize }) {
    const owners = maglevTable(nodes.map(ownOrAddress), tableSize);
    const { hash, bits } = hashFamilies[name];
    const inverse = 1 / tableSize;
    const placeOf = (key: RingKey): number => {
      hash(key);
      return modulo64(half[0]!, half[1]!, tableSize, inverse);
    };
    return {
      pick: (key) => owners[placeOf(key)]!,
      *walk(key) {
        const first = placeOf(key);
        for (let i = 0; i < tableSize; i++) yield owners[(first + i) % tableSize]!;
      },
      space: () => cycleSpace(name, bits, owners),
    };
  },
};

function isTableSize(value: unknown): boolean {
  if (!Number.isInteger(value)) return false;
  const size = value as number;
  if (size < 3 || size > 2 ** 20 || size % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= size; divisor += 2) if (size % divisor === 0) return false;
  return true;
}
