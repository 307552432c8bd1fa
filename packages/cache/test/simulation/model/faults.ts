import type { Snapshot } from '../redis/sim-redis-server.ts';
import { memcachedFaults } from './memcached-faults.ts';
import { relayFaults } from './relay-faults.ts';
import type { SimNode } from './sim-node.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** Something that goes wrong, and comes right by itself after a while where it must. */
export type Fault = (world: World, node: SimNode, ms: number) => void;

const snapshots = new WeakMap<World, Snapshot[]>();

/** Copies of the data of different ages, as disks and replicas have them. */
export function takeSnapshot(world: World): void {
  const taken = snapshots.get(world) ?? [];
  if (!world.server.isDown) taken.push(world.server.snapshot());
  snapshots.set(world, taken.slice(-6));
}

function startRedis(world: World, data: Snapshot | undefined): void {
  world.lostDataAt = world.scheduler.now;
  world.server.start(data);
}

/** Beside memcached, clocks may be apart by 30 s: then a process forgets the fence of another. */
const jumpMs: Readonly<Record<Scenario['tier'], number>> = { redis: 3_600_000, none: 3_600_000, memcached: 14_000 };

const faults: Readonly<Record<string, Fault>> = {
  'CLIENT KILL TYPE pubsub': ({ server }) => server.kill('pubsub'),
  'CLIENT KILL TYPE normal': ({ server }) => server.kill('normal'),
  'cuts all connections': ({ server }) => server.kill('all'),
  'is partitioned, silently'({ scheduler }, { link }, ms) {
    link.state = 'silent';
    scheduler.after(ms, () => {
      link.state = 'up';
    });
  },
  'is partitioned, refused'({ scheduler, server }, { link }, ms) {
    link.state = 'refused';
    server.kill('all');
    scheduler.after(ms, () => {
      link.state = 'up';
    });
  },
  'has a slow network'({ scheduler }, { link }, ms) {
    link.slowMs = 100;
    scheduler.after(ms, () => {
      link.slowMs = 0;
    });
  },
  'is frozen'({ scheduler }, { process }, ms) {
    process.freeze();
    scheduler.after(ms, () => process.thaw());
  },
  'is suspended with its machine'({ scheduler, scenario }, { host }, ms) {
    if (scenario.setsClocksBack || host.isAsleep) return;
    host.suspend();
    scheduler.after(ms, () => host.wake());
  },
  'has its clock set forward'({ scenario }, { host }) {
    host.setWall(jumpMs[scenario.tier]);
  },
  'has its clock set back'({ scenario }, { host }) {
    if (scenario.setsClocksBack) host.setWall(-jumpMs[scenario.tier]);
  },
  'is killed': (_, node) => node.crash(),
  'Redis is frozen'({ scheduler, server }, _node, ms) {
    server.process.freeze();
    scheduler.after(ms, () => server.process.thaw());
  },
  'Redis restarts empty'(world, _node, ms) {
    world.server.stop();
    world.scheduler.after(ms, () => startRedis(world, undefined));
  },
  'Redis restarts with its data'(world, _node, ms) {
    const data = world.server.snapshot();
    world.server.stop();
    world.scheduler.after(ms, () => startRedis(world, data));
  },
  'Redis restarts with old data'(world, _node, ms) {
    const data = world.random.pick(snapshots.get(world) ?? []);
    world.server.stop();
    world.scheduler.after(ms, () => startRedis(world, data));
  },
  'Redis fails over to a replica that lags'(world) {
    const data = world.random.pick(snapshots.get(world) ?? []);
    world.server.stop();
    startRedis(world, data);
  },
  FLUSHALL(world) {
    world.lostDataAt = world.scheduler.now;
    world.server.model.keyspace.clear();
  },
  'Redis evicts a key'({ server, random, trace }) {
    const { keyspace } = server.model;
    // A fence that is evicted is a broken promise of whoever configured Redis to do so.
    const evictable = keyspace.keys().filter((key) => !/:(?:f|m):/.test(key));
    if (evictable.length === 0) return;
    const key = random.pick(evictable);
    trace.add('FAULT', `evicted ${key}`);
    keyspace.delete(key);
  },
};

/** Lets one thing go wrong. */
export function injectFault(world: World, nodes: readonly SimNode[]): void {
  const { random, scenario, trace, server, memcached } = world;
  const known = {
    ...faults,
    ...(scenario.tier === 'memcached' ? memcachedFaults : {}),
    ...(scenario.hasRelay ? relayFaults : {}),
  };
  const wanted = Object.entries(known).filter(([each]) => scenario.faults?.includes(each) ?? true);
  const [name, fault] = random.pick(wanted);
  const node = random.pick(nodes);
  if (node === undefined || server.isDown || memcached.isDown) return;
  const ms = random.between(10, random.pick([100, scenario.maxStalenessMs, 3 * scenario.maxStalenessMs]));
  trace.add('FAULT', `${node.name}: ${name} (${ms.toFixed(0)} ms)`);
  fault(world, node, ms);
}
