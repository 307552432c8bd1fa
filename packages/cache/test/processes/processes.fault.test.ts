import { setTimeout as wait } from 'node:timers/promises';

import { startMemcached } from '@lockstep/testing';
import { expect, it } from 'vitest';

import { seededRandom } from '../simulation/world/seeded-random.ts';
import { FleetOfProcesses } from './fleet-of-processes.ts';
import { memcachedFaults } from './memcached-faults.ts';
import { machineFaults, networkFaults, type RealFault, redisFaults } from './real-faults.ts';
import { RedisPair } from './redis-pair.ts';
import { relayFaults } from './relay-faults.ts';
import { RelayHost } from './relay-host.ts';

/** Each fault happens once; LOCKSTEP_PROCESSES_SECONDS runs it longer, LOCKSTEP_PROCESSES_SEED otherwise. */
const seconds = Number(process.env['LOCKSTEP_PROCESSES_SECONDS'] ?? 0);
const seed = Number(process.env['LOCKSTEP_PROCESSES_SEED'] ?? 1);
const MAX_STALENESS_MS = 1000;

const fleets = [
  {
    tier: 'Redis, two of them behind a relay',
    faults: { ...machineFaults, ...networkFaults, ...redisFaults, ...relayFaults },
    jumpMs: 3_600_000,
  },
  // Beside memcached, clocks may be 30 s apart.
  {
    tier: 'memcached',
    faults: { ...memcachedFaults, ...machineFaults, ...networkFaults, ...redisFaults },
    jumpMs: 14_000,
  },
] as const;

it.each(fleets)(
  'four processes over $tier, keep every promise through faults, and nothing stale is left',
  async ({ tier, faults, jumpMs }) => {
    await using redis = await RedisPair.start();
    await using memcached = tier === 'memcached' ? await startMemcached() : undefined;
    await using host = tier === 'memcached' ? undefined : await RelayHost.start(redis.address, MAX_STALENESS_MS);
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    const servers = { redis, memcached, host };
    await using fleet = new FleetOfProcesses(servers, { maxStalenessMs: MAX_STALENESS_MS, keys, seed });
    await Promise.all([1, 2, 3, 4].map(() => fleet.start()));
    const random = seededRandom(seed);
    const happened: string[] = [];
    const toCome: [string, RealFault][] = [];
    const from = performance.now();
    const ranMs = (): number => performance.now() - from;
    while (ranMs() < 1000 * seconds || happened.length < Object.keys(faults).length) {
      await wait(random.between(50, 400));
      // In an order of its own, before any of them comes again.
      if (toCome.length === 0) toCome.push(...Object.entries(faults));
      const [[name, fault]] = toCome.splice(random.below(toCome.length), 1) as [[string, RealFault]];
      const isCutOff = /half-open|partition|SIGSTOP|sleeps|blocked/.test(name);
      const ms = isCutOff ? random.between(1.2, 1.8) * MAX_STALENESS_MS : random.between(50, 500);
      const at = Number(process.hrtime.bigint() / 1_000_000n);
      happened.push(`${at}: ${name} (${ms.toFixed(0)} ms), ${fleet.members.map((each) => each.name).join(' ')}`);
      const world = { ...servers, fleet, jumpMs, maxStalenessMs: MAX_STALENESS_MS };
      // The relay has a network, too.
      const relays = host !== undefined && Object.hasOwn(networkFaults, name) ? [host] : [];
      await fault(world, random.pick([...fleet.members, ...relays]), ms);
    }
    const leastReads = ranMs() / 20;
    await fleet.finish();
    expect(fleet.judge.verdict(), `seed ${seed}:\n${happened.join('\n')}\n`).toEqual([]);
    expect(fleet.judge.reads).toBeGreaterThan(leastReads);
    expect(fleet.judge.left).toBeGreaterThanOrEqual(5 * keys.length);
  },
  (seconds + 150) * 1000,
);
