import type { BenchCase, Contestant, Params } from '../harness/bench-case.ts';
import { openBullmqLink } from './bullmq-link.ts';
import { enqueueCases } from './enqueue-cases.ts';
import type { Link } from './link.ts';
import { openLockstepLink, openNearLockstepLink } from './lockstep-link.ts';
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

function contestantsOf(
  all: Readonly<Record<string, typeof openOriginLink>>,
  measure: (link: Link, durationMs: number) => Promise<number>,
): Contestant[] {
  return Object.entries(all).map(([name, open]) => contestant(name, open, measure));
}

const origin = { 'two Redis lists, JSON, memjs': openOriginLink };
const peers: Readonly<Record<string, typeof openOriginLink>> = {
  ...origin,
  'two Redis lists, JSON, memjs, one at a time': openOriginLinkAsItRan,
  'BullMQ, 200 at a time': openBullmqLink,
};

/** It is carried in a tenth of the time that it takes to fill. */
const backlog = { prepare: startRegions, warmUpRuns: 6 };

/** Without compression, as nobody else has it. */
const near = { measure: measureBacklog, open: { '@lockstep/replication, not compressed': openNearLockstepLink } };

/** Everybody at one way of measuring. */
function caseOf(
  what: Pick<BenchCase, 'case' | 'prepare' | 'warmUpRuns'>,
  {
    read,
    measure = measureLink,
    openPeers = peers,
    open = { '@lockstep/replication': openLockstepLink },
  }: {
    read: 'opsPerSecond' | 'cpuMicrosPerOp';
    measure?: typeof measureLink;
    openPeers?: typeof peers;
    open?: Readonly<Record<string, typeof openOriginLink>>;
  },
): BenchCase {
  const value = async (link: Link, durationMs: number): Promise<number> => (await measure(link, durationMs))[read];
  const isSpeed = read === 'opsPerSecond';
  return {
    bench: 'replication',
    ...what,
    unit: isSpeed ? 'ops/s' : 'µs CPU/op',
    higherIsBetter: isSpeed,
    subject: contestantsOf(open, value)[0]!,
    peers: contestantsOf(openPeers, value),
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
  caseOf({ ...backlog, case: 'a backlog, not compressed, throughput' }, { ...near, read: 'opsPerSecond' }),
  caseOf({ ...backlog, case: 'a backlog, not compressed, cost' }, { ...near, read: 'cpuMicrosPerOp' }),
  caseOf(
    { case: `a backlog ${far}, throughput`, prepare: startDistantRegions },
    // A worker of BullMQ asks Redis for each job: so far away, it carries a few hundred in a second.
    { read: 'opsPerSecond', measure: measureBacklog, openPeers: origin },
  ),
];
