import type { RingOptions } from '@lockstep/hashring';

import type { BenchCase, Contestant, Surroundings } from '../harness/bench-case.ts';
import { bareHash, lockstepFresh, lockstepPick } from './lockstep.ts';
import {
  consistentHash,
  hashring,
  hashringFresh,
  jumpGouache,
  nodeHashring,
  skeletonRendezvous,
  subspaceJump,
} from './peers.ts';
import { building, changing, holding } from './structure.ts';
import { keysOf } from './workload.ts';

const SIZES = [10, 100, 1000] as const;
const keys = keysOf(20);

/** Nothing runs beside a ring. */
const prepare = (): Promise<Surroundings> =>
  Promise.resolve({ params: {}, pids: [], [Symbol.asyncDispose]: () => Promise.resolve() });

function lookupCase(name: string, subject: Contestant, peers: readonly Contestant[]): BenchCase {
  return {
    bench: 'hashring',
    case: name,
    unit: 'keys/s',
    higherIsBetter: true,
    shareProcess: true,
    prepare,
    subject,
    peers,
  };
}

/** The default ring against every ring that npm's users know, and against its own hash: the limit. */
const ketamaCases = SIZES.map((count) =>
  lookupCase(`ketama md5, ${count} nodes`, lockstepPick(count, {}, keys), [
    hashring(count, keys),
    hashring(count, keys, {}),
    consistentHash(count, keys),
    nodeHashring(count, keys),
    subspaceJump(count, keys),
    jumpGouache(count, keys),
    skeletonRendezvous(count, keys),
    bareHash('md5', keys),
  ]),
);

const others: readonly (readonly [string, RingOptions, ...Contestant[]])[] = [
  ['crc32 ring (nginx-consistent)', { algorithm: 'nginx-consistent' }, bareHash('crc32', keys)],
  ['murmur ring (libmemcached-consistent)', { algorithm: 'libmemcached-consistent', hash: 'murmur' }],
  ['pecl-memcache-consistent', { algorithm: 'pecl-memcache-consistent' }],
  ['maglev', { algorithm: 'maglev' }],
  ['anchor', { algorithm: 'anchor' }],
  ['jump', { algorithm: 'jump' }],
];
const otherCases = others.flatMap(([name, options, ...limits]) =>
  SIZES.map((count) =>
    lookupCase(`${name}, ${count} nodes`, lockstepPick(count, options, keys), [hashring(count, keys), ...limits]),
  ),
);

/** A ratio of 1/1.6 = 0.63 or more is the target: the lookup may not take longer the more nodes there are. */
const growthCases = [others[0]!, others[1]!, ['ketama md5', {}] as const, others[3]!, others[4]!].map(
  ([name, options]) =>
    lookupCase(`${name}, 1000 nodes against 10`, lockstepPick(1000, options, keys), [
      lockstepPick(10, options, keys, 'the same, 10 nodes'),
    ]),
);

const longCases = [120, 1024].map((length) => {
  const long = keysOf(length);
  return lookupCase(`ketama md5, 100 nodes, keys of ${length} B`, lockstepPick(100, {}, long), [hashring(100, long)]);
});

const freshCases = [['ketama md5', {}] as const, ['crc32 ring', { algorithm: 'nginx-consistent' }] as const].map(
  ([name, options]) =>
    lookupCase(`${name}, 100 nodes, 1,000 hot keys put together just before`, lockstepFresh(100, options), [
      hashringFresh(100),
    ]),
);

const structureCases: readonly BenchCase[] = [
  ['build, 1000 nodes', 'rings/s', true, building] as const,
  ['one node more and one less, 1000 nodes', 'changes/s', true, changing] as const,
  ['memory, 1000 nodes', 'bytes', false, holding] as const,
].map(([name, unit, higherIsBetter, { subject, peer }]) => ({
  bench: 'hashring',
  case: name,
  unit,
  higherIsBetter,
  prepare,
  subject: subject(1000),
  peers: [peer(1000)],
}));

/** Rings in memory: lookups per second, and what a ring costs to build, to change and to hold. */
export const hashringCases: readonly BenchCase[] = [
  ...ketamaCases,
  ...otherCases,
  ...growthCases,
  ...longCases,
  ...freshCases,
  ...structureCases,
];
