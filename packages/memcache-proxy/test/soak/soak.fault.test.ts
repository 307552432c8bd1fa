import { expect, it } from 'vitest';

import { expectEverythingWorks, expectNothingUnderWay } from './final-check.ts';
import { heapBytes } from './heap.ts';
import { HookLog } from './hook-log.ts';
import { torment } from './nemesis.ts';
import { seededRandom } from './seeded-random.ts';
import { type SpoolLab, startSpoolLab } from '../spool/spool-lab.ts';
import { type SoakRig, startSoakRig } from './soak-rig.ts';
import { expectDrained, readEverything, succeed } from './spooled-deletes.ts';
import { Workload } from './workload.ts';

/** `LOCKSTEP_SOAK_SECONDS=600` for a long run with each policy, `LOCKSTEP_SOAK_SEED` for another one. */
const seconds = Number(process.env['LOCKSTEP_SOAK_SECONDS'] ?? 5);
const seed = Number(process.env['LOCKSTEP_SOAK_SEED'] ?? 20_261_122);
/** The longer the run, the more of it Node compiles and keeps; that is no leak. */
const warmUpSeconds = Math.min(20, Math.max(2, seconds / 5));
const MAX_GROWTH_BYTES = 6 * 1024 * 1024;
/** Keys whose deletes every pool confirms, or the spool for it. */
const PREFIXES = ['plain:', 'item:', 'both:', 'copied:'];

interface Round {
  readonly name: string;
  readonly seconds: number;
  readonly spoolLab: SpoolLab | undefined;
}

it.each([
  { failover: 'sequence', isHooked: true, isSpooled: true },
  { failover: 'none', isHooked: true, isSpooled: true },
  // Stores go the direct way.
  { failover: 'none', isHooked: false, isSpooled: false },
] as const)(
  'with failover $failover, a hook $isHooked and a spool $isSpooled every answer is right or an honest error while nodes are killed and frozen and clients hang up',
  { timeout: (warmUpSeconds + seconds) * 1000 + 180_000 },
  async ({ failover, isHooked, isSpooled }) => {
    const hook = new HookLog(seededRandom(seed), isHooked);
    await using spoolLab = isSpooled ? await startSpoolLab() : undefined;
    const options = { hook, failover, ...(spoolLab === undefined ? {} : { spoolLab }) };
    await using rig = await startSoakRig(options);
    const complaints: string[] = [];
    const onComplaint = (reason: unknown): void => void complaints.push(String(reason));
    process.on('unhandledRejection', onComplaint).on('warning', onComplaint);
    await soak(rig, hook, { name: 'warm', seconds: warmUpSeconds, spoolLab });
    // Not in the round, whose history is as large as the round is long.
    const before = await heapBytes();
    const report = await soak(rig, hook, { name: 'long', seconds, spoolLab });
    const after = await heapBytes();
    process.off('unhandledRejection', onComplaint).off('warning', onComplaint);
    console.log(
      JSON.stringify({
        failover,
        isHooked,
        seed,
        spool: rig.spool?.stats(),
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
    // Two to each node, and those of the spool.
    await expect.poll(openSockets).toBeLessThanOrEqual(isSpooled ? 11 : 8);
    if (!isSpooled) return;
    const { added, replayed } = rig.spool!.stats();
    // Deletes failed, and were made up for.
    expect([added > 10, replayed > 10]).toEqual([true, true]);
    const { lies, deleted } = await succeed(rig, options, PREFIXES);
    expect({ seed, lies, isEnough: deleted > 100 }).toEqual({ seed, lies: [], isEnough: true });
  },
);

/** One workload under one nemesis, after which everything works; what came of it. */
async function soak(rig: SoakRig, hook: HookLog, round: Round): Promise<object> {
  const workload = new Workload({ rig, hook, seed, name: round.name });
  workload.start();
  const { seconds: forSeconds, spoolLab } = round;
  const harms = await Promise.all([
    torment(rig.nodes.slice(0, 2), seededRandom(seed + 1), forSeconds),
    torment(rig.nodes.slice(2), seededRandom(seed + 2), forSeconds),
    ...(spoolLab === undefined ? [] : [torment([spoolLab.server], seededRandom(seed + 3), forSeconds)]),
  ]);
  await workload.stop();
  await expectDrained(rig);
  await readEverything(rig, workload.history, workload.keys);
  const { lies, codes, hits, misses, confirmed, operations } = workload.history;
  expect({ seed, lies: [...lies, ...hook.lies], underWay: workload.underWay }).toEqual({ seed, lies: [], underWay: 0 });
  expect([hits > 10, confirmed > 10]).toEqual([true, true]);
  hook.isMoody = false;
  await expectEverythingWorks(rig, workload.keys);
  await expectNothingUnderWay(rig);
  hook.clear();
  hook.isMoody = true;
  if (spoolLab !== undefined) spoolLab.events.length = 0;
  return {
    seconds: forSeconds,
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
