import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { startRedis } from '@lockstep/testing';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

import { seededRandom } from '../simulation/world/seeded-random.ts';
import { FleetOfProcesses } from './fleet-of-processes.ts';
import { type RealFault, realFaults } from './real-faults.ts';

/** LOCKSTEP_PROCESSES_SECONDS runs it longer, LOCKSTEP_PROCESSES_SEED otherwise. */
const seconds = Number(process.env['LOCKSTEP_PROCESSES_SECONDS'] ?? 20);
const seed = Number(process.env['LOCKSTEP_PROCESSES_SEED'] ?? 1);
const MAX_STALENESS_MS = 1000;

it(
  `four processes keep every promise through ${seconds} s of faults, and nothing stale is left`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lockstep-processes-'));
    await using redis = await startRedis({ dir });
    const admin = new Redis(redis.port, redis.host, { retryStrategy: () => 20 });
    admin.on('error', () => undefined);
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    await using fleet = new FleetOfProcesses(redis, { maxStalenessMs: MAX_STALENESS_MS, keys, seed });
    try {
      for (let count = 0; count < 4; count++) await fleet.start();
      const random = seededRandom(seed);
      const happened: string[] = [];
      const toCome: [string, RealFault][] = [];
      const endsAt = performance.now() + 1000 * seconds;
      while (performance.now() < endsAt) {
        await wait(random.between(50, 400));
        // Each of them once, in an order of its own, before any of them comes again.
        if (toCome.length === 0) toCome.push(...Object.entries(realFaults));
        const [[name, fault]] = toCome.splice(random.below(toCome.length), 1) as [[string, RealFault]];
        const isCutOff = /half-open|partition|SIGSTOP/.test(name);
        const ms = isCutOff ? random.between(1.3, 2.5) * MAX_STALENESS_MS : random.between(50, 500);
        const at = Number(process.hrtime.bigint() / 1_000_000n);
        happened.push(`${at}: ${name} (${ms.toFixed(0)} ms), ${fleet.members.map((each) => each.name).join(' ')}`);
        await fault({ redis, dir, admin, fleet }, random.pick(fleet.members), ms);
      }
      await fleet.finish();
      expect(fleet.judge.verdict(), `seed ${seed}:\n${happened.join('\n')}\n`).toEqual([]);
      expect(fleet.judge.reads).toBeGreaterThan(100 * seconds);
      expect(fleet.judge.left).toBeGreaterThanOrEqual(5 * keys.length);
    } finally {
      admin.disconnect();
      await rm(dir, { recursive: true, force: true });
    }
  },
  (seconds + 120) * 1000,
);
