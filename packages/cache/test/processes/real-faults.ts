import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import type { RedisServer } from '@lockstep/testing';
import type { Redis } from 'ioredis';

import type { FleetOfProcesses, Member } from './fleet-of-processes.ts';

/** Where faults happen. */
export interface RealWorld {
  readonly redis: RedisServer;
  /** The directory of its data. */
  readonly dir: string;
  /** A client beside all proxies. */
  readonly admin: Redis;
  readonly fleet: FleetOfProcesses;
}

/** Something that goes wrong for some milliseconds and is right again when it resolves. */
export type RealFault = (world: RealWorld, member: Member, ms: number) => Promise<unknown>;

/** Every fault, by what it is called. */
export const realFaults: Readonly<Record<string, RealFault>> = {
  'CLIENT KILL TYPE pubsub': ({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  'CLIENT KILL TYPE normal': ({ admin }) => admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
  async 'SIGKILL of a process'({ fleet }, member) {
    await fleet.replace(member);
  },
  async 'SIGSTOP of a process'(_, { child }, ms) {
    child.kill('SIGSTOP');
    await wait(ms);
    child.kill('SIGCONT');
  },
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
  async 'a frozen Redis'({ redis }, _, ms) {
    await redis.freeze();
    await wait(ms);
    await redis.thaw();
  },
  'a restart of Redis with its data': ({ redis }) => redis.restart(),
  'a restart of Redis without data': ({ redis }) => redis.restart({ keepData: false }),
  async 'a restart of Redis with old data, as a lagging replica has it'({ redis, admin, dir }, _, ms) {
    await admin.save();
    await copyFile(join(dir, 'dump.rdb'), join(dir, 'old.rdb'));
    await wait(ms);
    await redis.kill();
    await copyFile(join(dir, 'old.rdb'), join(dir, 'dump.rdb'));
    await redis.restart();
  },
  FLUSHALL: ({ admin }) => admin.flushall(),
};
