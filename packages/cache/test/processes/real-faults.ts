import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { vi } from 'vitest';

import type { FleetOfProcesses, FleetServers, Member } from './fleet-of-processes.ts';

/** Where faults happen. */
export interface RealWorld extends FleetServers {
  readonly fleet: FleetOfProcesses;
  /** How far wall clocks may be apart. */
  readonly jumpMs: number;
  readonly maxStalenessMs: number;
}

/** Something that goes wrong for some milliseconds and is right again when it resolves. */
export type RealFault = (world: RealWorld, member: Member, ms: number) => Promise<unknown>;

/** What happens to a process and its machine. */
export const machineFaults: Readonly<Record<string, RealFault>> = {
  async 'SIGKILL of a process'({ fleet }, member) {
    await fleet.replace(member);
  },
  async 'SIGSTOP of a process'(_, { child }, ms) {
    child.kill('SIGSTOP');
    await wait(ms);
    child.kill('SIGCONT');
  },
  async 'a machine that sleeps'({ fleet }, member, ms) {
    // With it all that run there.
    const { host, clock } = member;
    const asleep = host === undefined ? [member] : [...fleet.members.filter((each) => each.host === host), host];
    // What is sent to it meanwhile comes when it is sent again.
    for (const { proxy, memcachedProxy, child } of asleep) {
      proxy.halfOpen();
      memcachedProxy?.halfOpen();
      child.kill('SIGSTOP');
    }
    const from = performance.now();
    await wait(ms + 800);
    // Its monotonic clock stood still, and its wall clock did not.
    clock.addSleep(performance.now() - from);
    for (const { child } of asleep) child.kill('SIGCONT');
    await wait(200);
    for (const { proxy, memcachedProxy } of asleep) {
      await proxy.heal();
      await memcachedProxy?.heal();
    }
  },
  async 'a wall clock that is set forward'({ jumpMs }, { clock }) {
    clock.setWall(jumpMs);
  },
  async 'a wall clock that is set back'({ jumpMs, maxStalenessMs }, { clock }) {
    clock.setWall(-jumpMs);
    // A machine that sleeps at once would lose both of its clocks.
    await wait(maxStalenessMs);
  },
};

/** What happens to the network between a process, or the relay of its machine, and Redis. */
export const networkFaults: Readonly<Record<string, RealFault>> = {
  async 'a half-open connection'(_, { proxy }, ms) {
    proxy.halfOpen();
    await wait(ms);
    await proxy.heal();
  },
  async 'a half-open connection that ends'(_, { proxy }, ms) {
    proxy.halfOpen();
    await wait(ms);
    proxy.cut();
    await proxy.heal();
  },
  async 'a partition'(_, { proxy }, ms) {
    await proxy.refuse();
    proxy.cut();
    await wait(ms);
    await proxy.heal();
  },
  async 'a slow network'(_, { proxy }, ms) {
    proxy.delay({ upMs: 40, downMs: 80 });
    await wait(ms);
    await proxy.heal();
  },
  async 'a reset of all connections'(_, { proxy }) {
    proxy.reset();
  },
};

/** What happens to Redis. */
export const redisFaults: Readonly<Record<string, RealFault>> = {
  'CLIENT KILL TYPE pubsub': ({ redis }) => redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  'CLIENT KILL TYPE normal': ({ redis }) => redis.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
  async 'a frozen Redis'({ redis: { server } }, _, ms) {
    await server.freeze();
    await wait(ms);
    await server.thaw();
  },
  'a restart of Redis with its data': ({ redis }) => redis.server.restart(),
  'a restart of Redis without data': ({ redis }) => redis.server.restart({ keepData: false }),
  async 'a restart of Redis with old data'({ redis: { server, admin, dir } }, _, ms) {
    // Refused while a copy for the replica is being written.
    await vi.waitFor(() => admin.save(), { timeout: 10_000 });
    await copyFile(join(dir, 'dump.rdb'), join(dir, 'old.rdb'));
    await wait(ms);
    await server.kill();
    await copyFile(join(dir, 'old.rdb'), join(dir, 'dump.rdb'));
    await server.restart();
  },
  'a failover to a replica that lags': ({ redis }, _, ms) => redis.failOver(ms),
  FLUSHALL: ({ redis }) => redis.admin.flushall(),
};
