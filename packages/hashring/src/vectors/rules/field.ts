import { hashFamilies } from '../../hashes/hash-family.ts';
import { half } from '../../hashes/hash64.ts';
import { siphash24 } from '../../hashes/siphash24.ts';
import { ownOrAddress } from '../../labels/own-or-address.ts';
import { jumpBucket } from '../../lookups/jump.ts';
import { multiProbe } from '../../lookups/multi-probe.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { Ring } from '../../ring/ring.ts';
import { knowing, type KnownOptions } from '../known-options.ts';
import { type Answer, type ScenarioRule, sameNames } from '../scenario-rule.ts';
import { listOption, namedNodes, numberedNodes, numberOption } from '../scenario-nodes.ts';

/** The largest ring that is built for a scenario; beyond it the lookup is asked alone. */
const MAX_NODES = 100_000;
const DEFAULT_PROBES = 21;

/** What the scenarios of each may have, in the words of the files; names of seeds are those of go-mpchash. */
const known: Readonly<Record<string, KnownOptions>> = {
  jump: { reads: ['buckets'], describes: { keyType: ['uint64 decimal string'] } },
  binomial: { reads: ['size'], describes: { hash: ['md5 first 4 bytes big-endian'] } },
  memento: {
    reads: ['size', 'ops'],
    describes: {
      hash: ['md5 first 4 bytes big-endian; rehash(key,b)=md5(key||int32be(b)), seed 0 => md5(key)'],
    },
  },
  anchorhash: {
    reads: ['working', 'capacity', 'ops'],
    describes: {
      keyType: ['two uint64 decimal strings "k1,k2"'],
      hash: ['crc32c (SSE4.2 crc32q semantics: no pre/post inversion) of 8-byte LE key with seed'],
    },
  },
  maglev: {
    reads: ['names', 'M', 'dead'],
    describes: {
      nameHash: ['siphash24(k0=0xdeadbeefcafebabe,k1=0): offset=(h>>32)%M, skip=(h&0xffffffff)%(M-1)+1'],
      keyHash: ['siphash24(0,0)'],
    },
  },
  'multi-probe': {
    reads: ['names', 'probes', 'nodeSeed', 'probeSeeds'],
    describes: { hash: ['siphash24(k0=seed,k1=0)'] },
  },
};

const namedOtherwise: Readonly<Record<string, ScenarioRule>> = {
  jump({ options }) {
    const buckets = numberOption(options, 'buckets');
    if (buckets <= MAX_NODES) return createRing(numberedNodes(buckets), { algorithm: 'jump', hash: 'uint64' }).pick;
    return (key) => {
      hashFamilies.uint64.hash(key);
      return jumpBucket(half[0]!, half[1]!, buckets);
    };
  },
  binomial: ({ options }) =>
    createRing(numberedNodes(numberOption(options, 'size')), { algorithm: 'binomial', hash: 'md5' }).pick,
  memento({ options }) {
    const nodes = numberedNodes(numberOption(options, 'size'));
    return afterwards(createRing(nodes, { algorithm: 'memento', hash: 'md5' }), listOption(options, 'ops'));
  },
  anchorhash({ options }) {
    const nodes = numberedNodes(numberOption(options, 'working'));
    const capacity = numberOption(options, 'capacity');
    return afterwards(createRing(nodes, { algorithm: 'anchor', hash: 'crc32c', capacity }), listOption(options, 'ops'));
  },
  maglev({ options }) {
    const tableSize = numberOption(options, 'M');
    const ring = createRing(namedNodes(listOption(options, 'names')), {
      algorithm: 'maglev',
      hash: 'siphash24',
      tableSize,
    });
    const dead = options['dead'] === undefined ? [] : listOption(options, 'dead').map(Number);
    return dead.length === 0 ? ring.pick : ring.eject(dead).pick;
  },
  'multi-probe'({ options }) {
    const { nodeSeed = 0, probeSeeds = [1, 2] } = options;
    const seeds = [nodeSeed, ...listOption({ probeSeeds }, 'probeSeeds')];
    if (seeds.length !== 3 || !seeds.every(isSeed))
      throw new RangeError(`nodeSeed and two probeSeeds must be integers, got ${JSON.stringify(seeds)}`);
    const probes = options['probes'] === undefined ? DEFAULT_PROBES : numberOption(options, 'probes');
    // Checks the names and their number.
    const { nodes } = createRing(namedNodes(listOption(options, 'names')), { algorithm: 'multi-probe', probes });
    const seeded = {
      ...siphash24,
      buffered: (length: number, seed: number) => siphash24.buffered(length, seeds[seed]!),
    };
    return multiProbe(nodes.map(ownOrAddress), seeded, probes).nearest;
  },
};

/**
 * Scenarios of the algorithms that belong to no client: their nodes are numbers or names, their keys often numbers.
 * Those that have servers are in our own words.
 */
export const fieldRules: Readonly<Record<string, ScenarioRule>> = Object.fromEntries(
  Object.entries(namedOtherwise).map(([name, rule]) => [
    name,
    (scenario) => (scenario.nodes.length > 0 ? sameNames : knowing(known[name]!, rule))(scenario),
  ]),
);

function isSeed(value: unknown): value is number {
  return Number.isInteger(value);
}

/** Answers with the number of a node after some have left (`-3`) and come back (`+`: the one that left last). */
function afterwards(start: Ring, operations: readonly unknown[]): Answer {
  const gone: string[] = [];
  let total = start.nodes.length;
  let ring = start;
  for (const operation of operations.map(String)) {
    if (operation === '+') {
      ring = ring.with({ host: gone.pop() ?? `bucket-${total++}` });
      continue;
    }
    if (!/^-\d+$/u.test(operation)) throw new TypeError(`unknown operation ${operation}`);
    const host = `bucket${operation}`;
    ring = ring.without({ host });
    gone.push(host);
  }
  const numbers = ring.nodes.map(({ host }) => Number(host.slice('bucket-'.length)));
  return (key) => numbers[ring.pick(key)]!;
}
