import { expect, it } from 'vitest';

import { runFleet } from './run-fleet.ts';

/** Set to see more seeds, and their reports. */
const seeds = Number(process.env['LOCKSTEP_AVAILABILITY_SEEDS'] ?? 0);
const timeoutMs = 30_000 * (1 + seeds);
const fleet = { durationMs: 30_000, processes: 5, ttlMs: 1500, sectionMs: 100, restMs: 0, everyMs: 2000 };

it.each([
  ['ask again at once', {}],
  ['rest between their sections', { processes: 8, restMs: 300 }],
])(
  'lose next to nothing to those who wait and are stopped, cut off or killed, where they %s',
  async (_, changed) => {
    const total = { workedMs: 0, owedMs: 0, lostMs: 0, stale: 0 };
    for (let seed = 1; seed <= Math.max(1, seeds); seed++) {
      const report = await runFleet({ ...fleet, ...changed, seed });
      total.workedMs += report.workedMs;
      total.owedMs += report.owedMs;
      total.lostMs += report.lostMs;
      total.stale += report.stale;
    }
    const { workedMs, owedMs, lostMs, stale } = total;
    const share = workedMs / (workedMs + owedMs + lostMs);
    if (seeds > 0) process.stdout.write(`${JSON.stringify({ ...total, share })}\n`);
    expect(stale).toBe(0);
    // What is owed to a holder that was hit is his by right; every other moment is the work of the line.
    expect(workedMs / (workedMs + lostMs)).toBeGreaterThan(0.95);
  },
  timeoutMs,
);
