import { type BenchCase, requireParam, type Surroundings } from '../harness/bench-case.ts';
import { slowNodeContestant, type SlowNodeKind } from '../proxy-http/slow-node.ts';
import { startNodes } from '../proxy-http/surroundings.ts';
import { changedApps } from './changed-apps.ts';
import { proxyContestant, withoutProxy } from './measure.ts';
import { bytePipe, changedFaces, lockstepProxy, memcachedFace } from './node-proxy.ts';
import { hasNutcracker, nutcracker } from './nutcracker.ts';
import { TextClient } from './text-client.ts';
import type { Work } from './workload.ts';

async function prepare(): Promise<Surroundings> {
  if (!hasNutcracker) console.error('bench: nutcracker is not installed and is left out');
  const nodes = await startNodes(1);
  const [host = '', port = ''] = requireParam(nodes.params, 'nodes').split(':');
  return { ...nodes, params: { ...nodes.params, host, port } };
}

const peers = [lockstepProxy, ...(hasNutcracker ? [nutcracker] : []), bytePipe];

function describeWork({ verb, connections, depth }: Work): string {
  return `${verb} × 100 B, ${connections} connections × ${depth}`;
}

function throughput(work: Work): BenchCase {
  return {
    bench: 'proxy-memcache',
    case: describeWork(work),
    unit: 'ops/s',
    higherIsBetter: true,
    prepare,
    subject: proxyContestant(memcachedFace, work, 'throughput'),
    peers: [...peers.map((kind) => proxyContestant(kind, work, 'throughput')), withoutProxy(work)],
  };
}

function cpu(work: Work): BenchCase {
  return {
    bench: 'proxy-memcache',
    case: `processor time: ${describeWork(work)}`,
    unit: 'µs/op',
    higherIsBetter: false,
    prepare,
    subject: proxyContestant(memcachedFace, work, 'cpu'),
    peers: peers.map((kind) => proxyContestant(kind, work, 'cpu')),
  };
}

/**
 * What each feature costs: each peer is the app with one less or one more, or the face without the app. Limits and bans
 * are not for this face.
 */
function features(work: Work, measure: 'throughput' | 'cpu'): BenchCase {
  const { verb, connections, depth } = work;
  const name = `features, ${verb}, ${connections} × ${depth}`;
  return {
    ...(measure === 'cpu' ? cpu(work) : throughput(work)),
    case: measure === 'cpu' ? `${name}, processor time` : name,
    subject: proxyContestant(lockstepProxy, work, measure),
    peers: [...changedApps, ...changedFaces].map((kind) => proxyContestant(kind, work, measure)),
  };
}

const overText: SlowNodeKind = { ...lockstepProxy, connect: (port) => new TextClient(port) };

/** Three nodes: what becomes of the others' keys when one of them answers nothing any more. */
const slowNode: BenchCase = {
  bench: 'proxy-memcache',
  case: 'p99 of get × 100 B of the other nodes, with one of three frozen',
  unit: 'ms',
  higherIsBetter: false,
  prepare: () => startNodes(3),
  subject: slowNodeContestant(overText, true),
  peers: [slowNodeContestant(overText, false)],
};

const getsAlone: Work = { verb: 'get', connections: 50, depth: 1 };
const gets: Work = { verb: 'get', connections: 50, depth: 16 };
const sets: Work = { verb: 'set', connections: 50, depth: 16 };
const works: readonly Work[] = [getsAlone, gets, { verb: 'get', connections: 200, depth: 1 }, sets];

/**
 * Our memcached face, bare and in the app, against other proxies. Each has a core of its own; one memcached and the clients share the other
 * one, so that the slower side of the two is what is measured. `no proxy` says where clients and memcached end: at
 * depth 16 its `set` shows what the clients can do, while its `get` is as slow as memcached, which sends the answer to
 * each `get` by itself, as it does not to those that our face asks with `mg`.
 */
export const proxyMemcacheCases: readonly BenchCase[] = [
  ...works.map(throughput),
  ...works.map(cpu),
  ...[getsAlone, gets, sets].flatMap((work) => [features(work, 'throughput'), features(work, 'cpu')]),
  slowNode,
];
