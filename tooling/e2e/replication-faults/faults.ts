import { setTimeout as wait } from 'node:timers/promises';

import type { Chance } from '../test/password-story/chance.ts';
import type { AppProcess } from './app-process.ts';
import { type FailPoint, roleNames, type RoleName } from './design.ts';
import type { Resharding } from './resharding.ts';
import type { WireFaults } from './wire.ts';
import type { World, WorldRegion } from './world.ts';

/** What a fault may take with it. */
export interface FaultScope {
  readonly region: WorldRegion;
  readonly chance: Chance;
  readonly ms: number;
  /** Takes down what became of it. */
  readonly note: (text: string) => void;
}

/** Something that goes wrong in one region for some time, and is right again when it resolves. */
export interface Fault {
  readonly name: string;
  /** What it explains: keys that are gone, or a reader who sees an older value for a moment. */
  readonly costs: readonly ('keys here' | 'keys elsewhere' | 'order for readers')[];
  run(scope: FaultScope): Promise<void>;
}

/** The lease of a receiver and a shipper; who is frozen for longer comes back as a zombie. */
const zombieMs = 3500;
/** A Redis that syncs once a second loses no more than this by a crash of the machine. */
const tailMs = 800;
/** An idle journal looks once a second whether Redis still knows its blocks. */
const restoreMs = 3500;
const failPointMs = 1500;

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
    serverFault('redis', 'kill'),
    serverFault('redis', 'freeze'),
    serverFault('memcached', 'kill'),
    serverFault('memcached', 'freeze'),
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
    // What a zombie wrote late it deletes; until then a reader may see it.
    costs: ['keys here', 'order for readers'],
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

function failPointFault({ role, command, when }: FailPoint): Fault {
  return {
    name: `kill -9 of a ${role} ${when} ${command}`,
    costs: [],
    async run({ region, chance, note }) {
      const apps = region.apps[role];
      const point = `${when}:${command}:${1 + Math.floor(chance.between(0, 6))}`;
      // One that has just been started takes up what another left.
      const fresh = chance.pick([undefined, chance.pick(apps)]);
      await fresh?.kill();
      fresh?.start({ LOCKSTEP_TEST_FAIL_POINT: point });
      // Which of several takes part in what comes next is not known. Who ends before he is ready has come there already.
      await Promise.all(apps.map((app) => (app === fresh ? app.ready() : app.afflict({ failPoint: point })))).catch(
        () => undefined,
      );
      const isHit = (): boolean => apps.some((app) => !app.isRunning);
      const giveUpAt = performance.now() + failPointMs;
      while (!isHit() && performance.now() < giveUpAt) await wait(10);
      note(isHit() ? `at ${point}` : `${point} was not reached`);
      await Promise.all(apps.map((app) => app.afflict({})));
      await Promise.all(apps.filter((app) => !app.isRunning).map((app) => startAgain(app)));
    },
  };
}

function serverFault(which: 'redis' | 'memcached', how: 'kill' | 'freeze'): Fault {
  return {
    name: how === 'kill' ? `kill -9 of ${which}` : `freeze of ${which}`,
    costs: which === 'memcached' && how === 'kill' ? ['keys here'] : [],
    async run({ region, ms }) {
      const server = region[which];
      await server[how]();
      await wait(ms);
      await (how === 'kill' ? server.restart() : server.thaw());
    },
  };
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
      const struck = chance.pick([[region], regions]).map(({ name }) => name);
      // At times the shippers end where they carry it out, seconds later.
      const point = chance.pick([undefined, chance.pick(reshardPoints)]);
      if (point !== undefined) await Promise.all(region.apps.shipper.map((app) => app.afflict({ failPoint: point })));
      // Killed before it has begun, or after that.
      note(await resharding.strike(struck, chance, chance.between(200, 2500)));
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

async function startAgain(app: AppProcess, extra: Readonly<Record<string, string>> = {}): Promise<void> {
  app.start(extra);
  await app.ready();
}
