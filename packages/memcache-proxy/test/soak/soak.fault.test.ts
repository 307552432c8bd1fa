import { expect, it } from 'vitest';

import { expectEverythingWorks, expectNothingUnderWay } from './final-check.ts';
import { heapBytes } from './heap.ts';
import { HookLog } from './hook-log.ts';
import { torment } from './nemesis.ts';
import { seededRandom } from './seeded-random.ts';
import { type SoakRig, startSoakRig } from './soak-rig.ts';
import { Workload } from './workload.ts';

/** `LOCKSTEP_SOAK_SECONDS=600` for a long run with each policy, `LOCKSTEP_SOAK_SEED` for another one. */
const seconds = Number(process.env['LOCKSTEP_SOAK_SECONDS'] ?? 5);
const seed = Number(process.env['LOCKSTEP_SOAK_SEED'] ?? 20_261_122);
/** The longer the run, the more of it Node compiles and keeps; that is no leak. */
const warmUpSeconds = Math.min(20, Math.max(2, seconds / 5));
const MAX_GROWTH_BYTES = 6 * 1024 * 1024;

interface Round {
  readonly name: string;
  readonly seconds: number;
}

it.each([
  { failover: 'sequence', isHooked: true },
  { failover: 'none', isHooked: true },
  // Stores go the direct way.
  { failover: 'none', isHooked: false },
] as const)(
  'with failover $failover and a hook $isHooked every answer is right or an honest error while nodes are killed and frozen and clients hang up',
  { timeout: (warmUpSeconds + seconds) * 1000 + 180_000 },
  async ({ failover, isHooked }) => {
    const hook = new HookLog(seededRandom(seed), isHooked);
    await using rig = await startSoakRig({ hook, failover });
    const complaints: string[] = [];
    const onComplaint = (reason: unknown): void => void complaints.push(String(reason));
    process.on('unhandledRejection', onComplaint).on('warning', onComplaint);
    await soak(rig, hook, { name: 'warm', seconds: warmUpSeconds });
    // Not in the round, whose history is as large as the round is long.
    const before = await heapBytes();
    const report = await soak(rig, hook, { name: 'long', seconds });
    const after = await heapBytes();
    process.off('unhandledRejection', onComplaint).off('warning', onComplaint);
    console.log(
      JSON.stringify({
        failover,
        isHooked,
        seed,
        ways: rig.ways,
        heap: [before, after],
        sockets: openSockets(),
        ...report,
      }),
    );
    const { directReads, directStores, laneAnswers } = rig.ways;
    expect(Math.min(directReads, laneAnswers)).toBeGreaterThan(10);
    // A hook hears of every store.
    expect(directStores > 10).toBe(!isHooked);
    // Unhandled rejections, and what Node takes for a leak.
    expect(complaints).toEqual([]);
    expect(after - before).toBeLessThan(MAX_GROWTH_BYTES);
    // Two to each node.
    expect(openSockets()).toBeLessThanOrEqual(8);
  },
);

/** One workload under one nemesis, after which everything works; what came of it. */
async function soak(rig: SoakRig, hook: HookLog, round: Round): Promise<object> {
  const workload = new Workload({ rig, hook, seed, name: round.name });
  workload.start();
  const harms = await Promise.all([
    torment(rig.nodes.slice(0, 2), seededRandom(seed + 1), round.seconds),
    torment(rig.nodes.slice(2), seededRandom(seed + 2), round.seconds),
  ]);
  await workload.stop();
  const { lies, codes, hits, misses, confirmed, operations } = workload.history;
  expect({ seed, lies: [...lies, ...hook.lies], underWay: workload.underWay }).toEqual({ seed, lies: [], underWay: 0 });
  expect([hits > 10, confirmed > 10]).toEqual([true, true]);
  hook.isMoody = false;
  await expectEverythingWorks(rig, workload.keys);
  await expectNothingUnderWay(rig);
  hook.clear();
  hook.isMoody = true;
  return {
    seconds: round.seconds,
    operations,
    hits,
    misses,
    confirmed,
    slowestMs: Math.round(workload.slowestMs),
    codes: Object.fromEntries(codes),
    harms: harms.map((done) => Object.fromEntries(done)),
  };
}

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}
