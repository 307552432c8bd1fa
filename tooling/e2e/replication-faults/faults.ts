import { setTimeout as wait } from 'node:timers/promises';

import type { TestServer } from '@lockstep/testing';

import type { AppProcess } from './app-process.ts';
import { roleNames, type RoleName } from './design.ts';
import { failPointFault } from './fail-points.ts';
import { costsOfZombie, type Fault, startAgain, zombieMs } from './fault.ts';
import type { Resharding } from './resharding.ts';
import type { WireFaults } from './wire.ts';
import type { World, WorldRegion } from './world.ts';

/** A Redis that syncs once a second loses no more than this by a crash of the machine. */
const tailMs = 800;
/** An idle journal looks once a second whether Redis still knows its blocks. */
const restoreMs = 3500;
/** What a receiver's lease has left at least, of 3 s, when it was renewed a little late. None of the faults lasts so long. */
const leftOfLeaseMs = 1500;

const wires: Readonly<Record<string, WireFaults>> = {
  'cut wire': { cut: true },
  'slow wire': { delayMs: 150 },
  'lost requests': { loseRequest: 0.3 },
  'lost answers': { loseAnswer: 0.3 },
  duplicates: { duplicate: 0.5 },
  'reordered requests': { reorder: 0.5 },
  'truncated messages': { truncate: 0.3 },
  'corrupted messages': { corrupt: 0.3 },
  'everything on the wire': {
    delayMs: 30,
    loseRequest: 0.1,
    loseAnswer: 0.1,
    duplicate: 0.2,
    reorder: 0.3,
    truncate: 0.1,
    corrupt: 0.1,
  },
};

/** The faults of wires, one region's at a time. */
export const wireFaults: readonly Fault[] = Object.entries(wires).map(([name, faults]) => ({
  name,
  costs: [],
  async run({ region, ms }) {
    region.wire.set(faults);
    await wait(ms);
    region.wire.set({});
  },
}));

/** Everything that can happen to the processes of this world, and what cannot happen here. */
export function processFaults({ design, regions, resharding }: World): {
  faults: readonly Fault[];
  skipped: readonly string[];
} {
  const faults: Fault[] = [
    ...roleNames.flatMap((role) => [killOf(role), freezeOf(role), skewOf(role)]),
    ...(['shipper', 'receiver'] as const)
      .filter((role) => regions.some(({ apps }) => apps[role].length > 1))
      .map(zombieOf),
    ...design.failPoints.map(failPointFault),
    redisFault('kill'),
    redisFault('freeze'),
    memcachedFault('kill'),
    memcachedFault('freeze'),
    lostTail,
  ];
  // The last of ten seeds has the third one: what it leaves costs no time in the others.
  if (resharding !== undefined) faults.splice(2, 0, reshardFault(resharding, regions));
  if (regions.every(({ disk }) => disk.isSmall)) return { faults: [...faults, fullDisk], skipped: [] };
  return { faults, skipped: [`${fullDisk.name}: no file system can be mounted here`] };
}

function killOf(role: RoleName): Fault {
  return {
    name: `kill -9 of a ${role}`,
    costs: [],
    async run({ region, chance, ms }) {
      const app = chance.pick(region.apps[role]);
      await app.kill();
      await wait(ms);
      await startAgain(app);
    },
  };
}

function freezeOf(role: RoleName): Fault {
  return {
    name: `freeze of a ${role}`,
    costs: [],
    run: ({ region, chance, ms }) => frozen(chance.pick(region.apps[role]), ms),
  };
}

function zombieOf(role: RoleName): Fault {
  return {
    name: `a ${role} that outlives its lease`,
    costs: costsOfZombie,
    run: ({ region, chance }) => frozen(chance.pick(region.apps[role]), zombieMs),
  };
}

function skewOf(role: RoleName): Fault {
  return {
    name: `a ${role} with a wrong clock`,
    costs: [],
    async run({ region, chance, ms }) {
      const app = chance.pick(region.apps[role]);
      // Within what a signature may be off, and far beyond it.
      const skewMs = chance.pick([-120_000, 120_000, -3_600_000, 3_600_000]);
      if (chance.pick([true, false])) {
        await app.kill();
        await startAgain(app, { LOCKSTEP_TEST_SKEW_MS: String(skewMs) });
      } else await app.afflict({ skewMs });
      await wait(ms);
      await app.afflict({});
    },
  };
}

function redisFault(how: 'kill' | 'freeze'): Fault {
  return {
    name: how === 'kill' ? 'kill -9 of redis' : 'freeze of redis',
    costs: [],
    async run({ region, ms, note, explain }) {
      const startedAt = performance.now();
      await struck(region.redis, how, ms);
      const awayMs = performance.now() - startedAt;
      if (awayMs < leftOfLeaseMs) return;
      note(`away for ${awayMs.toFixed(0)} ms`);
      // What a receiver wrote whose commit was not answered goes when its lease has ended: another may have come.
      explain('keys here');
    },
  };
}

/** One of the nodes of a pool; the others are not to feel it. */
function memcachedFault(how: 'kill' | 'freeze'): Fault {
  return {
    name: how === 'kill' ? 'kill -9 of a memcached' : 'freeze of a memcached',
    costs: [],
    async run({ region, chance, ms, note, explain }) {
      const node = Math.floor(chance.between(0, region.memcacheds.length));
      note(`node ${node + 1}`);
      if (how === 'kill') explain('keys here', (key) => region.reader.nodeOf(key) === node);
      await struck(region.memcacheds[node]!, how, ms);
    },
  };
}

async function struck(server: TestServer, how: 'kill' | 'freeze', ms: number): Promise<void> {
  await server[how]();
  await wait(ms);
  await (how === 'kill' ? server.restart() : server.thaw());
}

/** Its journal comes back as deletes, its cursors at an earlier place. */
const lostTail: Fault = {
  name: 'loss of the end of the append-only file',
  // What came from elsewhere may not have known of what is lost: nobody can tell, so it goes as well.
  costs: ['keys here', 'keys elsewhere', 'order for readers'],
  async run({ region }) {
    const { redis, disk } = region;
    const size = disk.size();
    await wait(tailMs);
    await redis.kill();
    disk.truncate(size);
    await redis.restart();
    // Only the process that wrote what is lost can put it back: it lives until it has looked.
    await wait(restoreMs);
  },
};

const reshardPoints = ['seal-journal', 'append-marker', 'swap-layouts'].flatMap((script) => [
  `before:${script}:1`,
  `after:${script}:1`,
  `after:${script}:5`,
]);

function reshardFault(resharding: Resharding, regions: readonly WorldRegion[]): Fault {
  return {
    name: 'another number of shards',
    // While one region has other shards than another, nobody can tell whether a store knew of what it meets.
    costs: ['keys here', 'keys elsewhere'],
    async run({ region, chance, note }) {
      const changed = chance.pick([[region], regions]).map(({ name }) => name);
      // At times the shippers end where they carry it out, seconds later.
      const point = chance.pick([undefined, chance.pick(reshardPoints)]);
      if (point !== undefined) await Promise.all(region.apps.shipper.map((app) => app.afflict({ failPoint: point })));
      // Killed before it has begun, or after that.
      note(await resharding.strike(changed, chance, chance.between(200, 2500)));
      if (point !== undefined) note(`at ${point}`);
    },
  };
}

const fullDisk: Fault = {
  name: 'full disk',
  costs: [],
  async run({ region: { disk }, ms }) {
    disk.fill();
    await wait(ms);
    disk.free();
  },
};

async function frozen(app: AppProcess, ms: number): Promise<void> {
  app.freeze();
  await wait(ms);
  app.thaw();
}
