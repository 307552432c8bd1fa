import type { Algorithm } from '../../src/algorithms/algorithm.ts';
import type { OptionRule } from '../../src/algorithms/option-rules.ts';
import { algorithms, type RingOptions } from '../../src/algorithms/algorithms.ts';
import { createRing, type Ring, type RingNode } from '../../src/index.ts';

/** An algorithm with options: what laws are stated of. */
export interface Subject {
  /** The name of the algorithm, and the option that is not as it is by default. */
  readonly title: string;
  readonly algorithm: Algorithm<object>;
  readonly options: RingOptions;
  /** How many random cases are tried: fewer where only an option differs. */
  readonly numRuns: number;
  readonly create: <Node extends RingNode>(nodes: readonly Node[]) => Ring<Node>;
}

/** Options that are not among the countable ones, and change what is done to a key or where points are. */
const FURTHER: Readonly<Record<string, readonly object[]>> = {
  ketama: [{ hashPrefix: 'é:' }],
  'twemproxy-ketama': [{ hashTag: '{}' }],
  'libmemcached-virtual-bucket': [{ buckets: [0, 0, 0, 0] }],
  'pecl-memcache-consistent': [{ prefix: 'p:' }],
  'cache-memcached-fast': [{ ketamaPoints: 160 }, { ketamaPoints: 150, hashPrefix: 'p:' }],
  'npm-hashring': [{ defaultPort: 11_211, replicas: 3 }],
  'mcrouter-ch3': [{ salt: 'salt' }],
  'mcrouter-rendezvous': [{ salt: 'salt' }],
  maglev: [{ tableSize: 251 }],
  anchor: [{ capacity: 20 }],
  'multi-probe': [{ probes: 1 }],
};

/** How many cases of each law, where somebody looks for a counterexample for longer than usual. */
const runs = process.env['LOCKSTEP_LAW_RUNS'];

/** Every algorithm there is, as it is by default. */
export const byDefault: readonly Subject[] = (Object.values(algorithms) as Algorithm<object>[]).map((algorithm) =>
  subject(algorithm, {}),
);

/** Every algorithm with each value of each option that is not the default, one at a time. */
export const byOption: readonly Subject[] = byDefault.flatMap(({ algorithm }) => {
  const rules = algorithm.options as Readonly<Record<string, OptionRule<unknown>>>;
  const counted = Object.entries(rules).flatMap(([name, { default: usual, values = [] }]) =>
    values.filter((value) => value !== usual).map((value) => ({ [name]: value })),
  );
  return [...counted, ...(FURTHER[algorithm.name] ?? [])].map((options) => subject(algorithm, options));
});

/** Both: what the general laws hold for. */
export const everySubject: readonly Subject[] = [...byDefault, ...byOption];

/** Subjects with their titles, for `describe.each`, which would shorten the title of an object. */
export function titled(subjects: readonly Subject[]): (readonly [string, Subject])[] {
  return subjects.map((each) => [each.title, each] as const);
}

function subject(algorithm: Algorithm<object>, given: object): Subject {
  const options = { algorithm: algorithm.name, ...given } as RingOptions;
  const shown = Object.entries(given).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return {
    title: `${algorithm.name}${shown.join('')}`,
    algorithm,
    options,
    numRuns: runs === undefined ? (shown.length === 0 ? 8 : 2) : Number(runs),
    create: (nodes) => createRing(nodes, options),
  };
}
