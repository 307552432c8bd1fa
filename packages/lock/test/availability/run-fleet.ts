import { sleep } from '@lockstep/core';

import { createMemoryLockSpace } from '../../src/index.ts';
import { createManualClock } from '../manual-clock.ts';
import { startVirtualProcess, type VirtualProcess } from './virtual-process.ts';

/** How a fleet works and what happens to it. */
export interface FleetOptions {
  readonly seed: number;
  readonly durationMs: number;
  readonly processes: number;
  readonly ttlMs: number;
  readonly sectionMs: number;
  /** Between two sections of a process. */
  readonly restMs: number;
  /** From one fault to the next, on average. */
  readonly everyMs: number;
}

/** What came of it. */
export interface FleetReport {
  /** For how long somebody worked under a valid lease. */
  readonly workedMs: number;
  /** For how long nobody did, after a fault had hit the one at work, until his period was over. */
  readonly owedMs: number;
  /** For how long nobody did without such a reason. */
  readonly lostMs: number;
  /** What was done under an older token than something before it. */
  readonly stale: number;
}

const TICK_MS = 5;
/** Work goes on as long as its marks are no further apart. */
const GAP_MS = 2 * TICK_MS;
const KINDS = ['stop', 'cut', 'kill'] as const;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Lets processes work in turns under one lock while faults hit any of them. */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { seed, durationMs, ttlMs, sectionMs, restMs, everyMs } = options;
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const time = createManualClock();
  const space = createMemoryLockSpace({ clock: time, schedule: queueMicrotask });
  const marks: { readonly at: number; readonly token: number }[] = [];
  const owed: Span[] = [];

  async function work({ locks, clock }: VirtualProcess): Promise<never> {
    for (;;) {
      await locks.withLock('k', async ({ signal, token }) => {
        const until = clock.monotonic() + sectionMs;
        while (clock.monotonic() < until && !signal.aborted) {
          marks.push({ at: clock.monotonic(), token });
          await sleep(TICK_MS, { clock });
        }
      });
      if (restMs > 0) await sleep(restMs, { clock });
    }
  }
  const start = (): VirtualProcess => {
    const made = startVirtualProcess({ time, space, random, ttlMs, latencyMs: 0.5 });
    // What a process that is killed was at never ends.
    void work(made);
    return made;
  };
  const fleet = Array.from({ length: options.processes }, start);
  const resumeAt = fleet.map(() => 0);

  async function hit(at: number): Promise<void> {
    const which = Math.floor(random() * fleet.length);
    const kind = KINDS[Math.floor(random() * KINDS.length)]!;
    const lastsMs = ttlMs * (1 / 3 + random() * 1.5);
    if (resumeAt[which]! > at) return;
    const victim = fleet[which]!;
    const lease = space.tables.lock.inspect('k');
    if (lease?.owner.startsWith(`${victim.id}:`) === true) {
      owed.push({ from: at, to: at + (kind === 'stop' ? Math.min(lease.ttlMs, lastsMs) : lease.ttlMs) });
    }
    if (kind === 'kill') {
      await victim.kill();
      fleet[which] = start();
      return;
    }
    victim[kind]();
    resumeAt[which] = at + lastsMs;
    time.setTimer(() => victim.resume(), lastsMs);
  }

  const from = time.monotonic();
  while (time.monotonic() < from + durationMs) {
    await time.advance(everyMs * (0.5 + random()));
    await hit(time.monotonic());
  }
  const report = measure(marks, owed);
  for (const one of fleet) await one.kill();
  return report;
}

function measure(
  marks: readonly { readonly at: number; readonly token: number }[],
  owed: readonly Span[],
): FleetReport {
  let workedMs = 0;
  let owedMs = 0;
  let lostMs = 0;
  let newest = 0;
  let stale = 0;
  let last = marks[0]!.at;
  for (const { at, token } of marks) {
    if (token < newest) stale++;
    newest = Math.max(newest, token);
    if (at - last <= GAP_MS) {
      workedMs += at - last;
    } else {
      const excusedMs = owed.reduce(
        (sum, span) => sum + Math.max(0, Math.min(at, span.to) - Math.max(last, span.from)),
        0,
      );
      owedMs += Math.min(at - last, excusedMs);
      lostMs += Math.max(0, at - last - excusedMs);
    }
    last = at;
  }
  return { workedMs, owedMs, lostMs, stale };
}
