import type { BenchCase, Surroundings } from '../harness/bench-case.ts';
import { changedApps } from './changed-apps.ts';
import type { FaceKind } from './face-kind.ts';
import { HttpClient } from './http-client.ts';
import { hasWrk } from './load.ts';
import { lockstepProxy } from './lockstep-proxy.ts';
import { faceContestant, type Measure } from './measure.ts';
import { hasNginx, nginx } from './nginx.ts';
import { fastifyMemjs, plainPlugin, pluginsWithFeature, slowPlugin, wholePlugin } from './node-faces.ts';
import { slowNodeContestant, type SlowNodeKind } from './slow-node.ts';
import { startNodes } from './surroundings.ts';
import type { Work } from './workload.ts';

async function prepare(): Promise<Surroundings> {
  if (!hasNginx) console.error('bench: nginx is not installed and is left out');
  return startNodes(1);
}

const everybody: readonly FaceKind[] = [plainPlugin, ...(hasNginx ? [nginx] : []), fastifyMemjs];

function describeBytes(bytes: number): string {
  return bytes === 4096 ? '4 KiB' : `${bytes} B`;
}

function describeReads({ valueBytes, connections }: Work): string {
  return `GET × ${describeBytes(valueBytes)}, ${connections} connections`;
}

function reads(work: Work, of: Measure['of']): BenchCase {
  const what = describeReads(work);
  const measure: Measure = { of, asking: 'one by one' };
  return {
    bench: 'proxy-http',
    case: of === 'cpu' ? `processor time: ${what}` : what,
    unit: of === 'cpu' ? 'µs/request' : 'requests/s',
    higherIsBetter: of === 'throughput',
    prepare,
    subject: faceContestant(lockstepProxy, work, measure),
    peers: everybody.map((kind) => faceContestant(kind, work, measure)),
  };
}

/** What each feature costs: each peer is the app with one less, or one more; the last has all but what only the app has. */
function features(work: Work, of: Measure['of']): BenchCase {
  const measure: Measure = { of, asking: 'one by one' };
  const name = `features, ${work.connections} connections`;
  return {
    ...reads(work, of),
    case: of === 'cpu' ? `${name}, processor time` : name,
    peers: [...changedApps, wholePlugin].map((kind) => faceContestant(kind, work, measure)),
  };
}

/** The same of what goes by node:http and Fastify, as reads do that are not plain ones. */
function slowFeatures(work: Work): BenchCase {
  const measure: Measure = { of: 'cpu', asking: 'one by one' };
  return {
    ...reads(work, 'cpu'),
    case: 'features without the fast lane, processor time',
    subject: faceContestant(slowPlugin, work, measure),
    peers: [plainPlugin, ...pluginsWithFeature].map((kind) => faceContestant(kind, work, measure)),
  };
}

/** Many keys at once, against those who can only be asked for one after the other. */
function batches(of: Measure['of']): BenchCase {
  const what = `keys × 100 B, 100 at a time`;
  const batched: Work = { valueBytes: 100, connections: 16 };
  const oneByOne: Work = { valueBytes: 100, connections: 64 };
  return {
    bench: 'proxy-http',
    case: of === 'cpu' ? `processor time: ${what}` : what,
    unit: of === 'cpu' ? 'µs/key' : 'keys/s',
    higherIsBetter: of === 'throughput',
    prepare,
    subject: faceContestant(lockstepProxy, batched, { of, asking: 'in batches' }),
    peers: [
      faceContestant(plainPlugin, batched, { of, asking: 'in batches' }),
      ...[...(hasNginx ? [nginx] : []), fastifyMemjs].map((kind) =>
        faceContestant(kind, oneByOne, { of, asking: 'one by one' }),
      ),
    ],
  };
}

const overHttp: SlowNodeKind = { ...lockstepProxy, connect: (port) => new HttpClient(port) };

/** Three nodes: what becomes of the others' keys when one of them answers nothing any more. */
const slowNode: BenchCase = {
  bench: 'proxy-http',
  case: 'p99 of GET × 100 B of the other nodes, with one of three frozen',
  unit: 'ms',
  higherIsBetter: false,
  prepare: () => startNodes(3),
  subject: slowNodeContestant(overHttp, true),
  peers: [slowNodeContestant(overHttp, false)],
};

const small: Work = { valueBytes: 100, connections: 64 };
const medium: Work = { valueBytes: 4096, connections: 64 };

/**
 * The app with everything that it has switched on, and what one would use otherwise. Each has a core of its own; one
 * memcached and the clients share the other one.
 */
const all: readonly BenchCase[] = [
  reads(small, 'throughput'),
  reads(medium, 'throughput'),
  batches('throughput'),
  reads(small, 'cpu'),
  reads(medium, 'cpu'),
  batches('cpu'),
  features(small, 'throughput'),
  features(small, 'cpu'),
  slowFeatures(small),
  slowNode,
];

if (!hasWrk) console.error('bench: wrk is not installed, and proxy-http is left out');

/** None without wrk, which the load comes from. */
export const proxyHttpCases: readonly BenchCase[] = hasWrk ? all : [];
