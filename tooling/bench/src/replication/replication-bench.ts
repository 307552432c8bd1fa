import type { BenchCase, Contestant, Params } from '../harness/bench-case.ts';
import { openBullmqLink } from './bullmq-link.ts';
import { enqueueCases } from './enqueue-cases.ts';
import type { Link } from './link.ts';
import { openLockstepLink } from './lockstep-link.ts';
import { measureBacklog, measureLink } from './measure-link.ts';
import { openOriginLink, openOriginLinkAsItRan } from './origin-link.ts';
import { roundTripMs, startDistantRegions, startRegions } from './surroundings.ts';

function contestant(
  name: string,
  open: (params: Params) => Promise<Link>,
  measure: (link: Link, durationMs: number) => Promise<number>,
): Contestant {
  return {
    name,
    async open(params) {
      const link = await open(params);
      return {
        run: (durationMs) => measure(link, durationMs),
        [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
      };
    },
  };
}

const origin = { 'two Redis lists, JSON, memjs': openOriginLink };
const peers: Readonly<Record<string, typeof openOriginLink>> = {
  ...origin,
  'two Redis lists, JSON, memjs, one at a time': openOriginLinkAsItRan,
  'BullMQ, 200 at a time': openBullmqLink,
};

/** It is carried in a tenth of the time that it takes to fill. */
const backlog = { prepare: startRegions, warmUpRuns: 6 };

/** Everybody at one way of measuring. */
function caseOf(
  what: Pick<BenchCase, 'case' | 'prepare' | 'warmUpRuns'>,
  {
    read,
    measure = measureLink,
    openPeers = peers,
  }: { read: 'opsPerSecond' | 'cpuMicrosPerOp'; measure?: typeof measureLink; openPeers?: typeof peers },
): BenchCase {
  const value = async (link: Link, durationMs: number): Promise<number> => (await measure(link, durationMs))[read];
  const isSpeed = read === 'opsPerSecond';
  return {
    bench: 'replication',
    ...what,
    unit: isSpeed ? 'ops/s' : 'µs CPU/op',
    higherIsBetter: isSpeed,
    subject: contestant('@lockstep/replication', openLockstepLink, value),
    peers: Object.entries(openPeers).map(([name, open]) => contestant(name, open, value)),
  };
}

const far = `at ${roundTripMs} ms`;

/** From a write in one region to a pool of three memcached in another, and what is between them. */
export const replicationCases: readonly BenchCase[] = [
  ...enqueueCases,
  caseOf({ case: 'end to end, throughput', prepare: startRegions }, { read: 'opsPerSecond' }),
  caseOf({ case: 'end to end, cost', prepare: startRegions }, { read: 'cpuMicrosPerOp' }),
  caseOf({ ...backlog, case: 'a backlog, throughput' }, { read: 'opsPerSecond', measure: measureBacklog }),
  caseOf({ ...backlog, case: 'a backlog, cost' }, { read: 'cpuMicrosPerOp', measure: measureBacklog }),
  caseOf(
    { case: `a backlog ${far}, throughput`, prepare: startDistantRegions },
    // A worker of BullMQ asks Redis for each job: so far away, it carries a few hundred in a second.
    { read: 'opsPerSecond', measure: measureBacklog, openPeers: origin },
  ),
];
