import type { BenchCase, Contestant, Params } from '../harness/bench-case.ts';
import type { Link } from './link.ts';
import { openLockstepLink } from './lockstep-link.ts';
import { type LinkCost, measureLink } from './measure-link.ts';
import { openOriginLink } from './origin-link.ts';
import { startRegions } from './surroundings.ts';

function contestant(
  name: string,
  open: (params: Params) => Promise<Link>,
  read: (cost: LinkCost) => number,
): Contestant {
  return {
    name,
    async open(params) {
      const link = await open(params);
      return {
        run: async (durationMs) => read(await measureLink(link, durationMs)),
        [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
      };
    },
  };
}

function caseOf(what: string, unit: string, higherIsBetter: boolean, read: (cost: LinkCost) => number): BenchCase {
  return {
    bench: 'replication',
    case: `end to end, ${what}`,
    unit,
    higherIsBetter,
    prepare: startRegions,
    subject: contestant('@lockstep/replication', openLockstepLink, read),
    peers: [contestant('two Redis lists, JSON, memjs', openOriginLink, read)],
  };
}

/** From a write in one region to a pool of three memcached in another: ours against the design it started from. */
export const replicationCases: readonly BenchCase[] = [
  caseOf('throughput', 'ops/s', true, (cost) => cost.opsPerSecond),
  caseOf('cost', 'µs CPU/op', false, (cost) => cost.cpuMicrosPerOp),
];
