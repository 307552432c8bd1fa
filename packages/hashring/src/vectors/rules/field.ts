import { hashFamilies } from '../../hashes/hash-family.ts';
import { half } from '../../hashes/hash64.ts';
import { jumpBucket } from '../../lookups/jump.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { Ring } from '../../ring/ring.ts';
import { type Answer, type ScenarioRule, sameNames } from '../scenario-rule.ts';
import { listOption, namedNodes, numberedNodes, numberOption } from '../scenario-nodes.ts';

/** The largest ring that is built for a scenario; beyond it the lookup is asked alone. */
const MAX_NODES = 100_000;

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
    const dead = listOption(options, 'dead').map(Number);
    return dead.length === 0 ? ring.pick : ring.eject(dead).pick;
  },
  'multi-probe': ({ options }) =>
    createRing(namedNodes(listOption(options, 'names')), {
      algorithm: 'multi-probe',
      hash: 'siphash24',
      probes: numberOption(options, 'probes'),
    }).pick,
};

/**
 * Scenarios of the algorithms that belong to no client: their nodes are numbers or names, their keys often numbers.
 * Those that have servers are in our own words.
 */
export const fieldRules: Readonly<Record<string, ScenarioRule>> = Object.fromEntries(
  Object.entries(namedOtherwise).map(([name, rule]) => [
    name,
    (scenario) => (scenario.nodes.length > 0 ? sameNames(scenario) : rule(scenario)),
  ]),
);

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
