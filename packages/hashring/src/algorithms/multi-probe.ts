import { type SeededHash, seededHashes } from '../hashes/hash-family.ts';
import { ownOrAddress } from '../labels/own-or-address.ts';
import { multiProbe as probe } from '../lookups/multi-probe.ts';
import type { Algorithm } from './algorithm.ts';
import { seededHash } from './field-options.ts';
import { integer } from './option-rules.ts';

/** Options of `multi-probe`. */
export interface MultiProbeOptions {
  /** See {@link SeededHash}. @default 'murmur64b' */
  readonly hash?: SeededHash;
  /** How many probes a key gets: 21 keep every share within 5 % of the mean on average. @default 21 */
  readonly probes?: number;
}

/**
 * Multi-probe consistent hashing (Appleton and O'Reilly 2015) as in go-mpchash: one point for each node, several
 * probes for each key. Only the keys of a node that leaves move. Its further preferences are the nodes next in distance.
 */
export const multiProbe: Algorithm<MultiProbeOptions> = {
  name: 'multi-probe',
  options: { hash: seededHash, probes: integer(21, 1, 1000) },
  weights: 'none',
  label: ownOrAddress,
  ejects: true,
  place(nodes, { hash, probes }) {
    const { nearest, byDistance } = probe(nodes.map(ownOrAddress), seededHashes[hash], probes);
    return { pick: nearest, walk: byDistance, failover: byDistance };
  },
};
