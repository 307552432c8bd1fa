import { describe, expect, it } from 'vitest';

import { isAtRest, START, steps, type VersionBounds, type VersionFaults, type VersionState } from './version-model.ts';

const SOUND: VersionFaults = {
  noConfirm: false,
  noAgain: false,
  noSuspects: false,
  learnsFromUnknown: false,
  noTombstones: false,
};

/** With all three together, in all of `LOCKSTEP_MODEL_WRITES` writes, it takes minutes. */
const BOUNDS: readonly VersionBounds[] =
  process.env['LOCKSTEP_MODEL_WRITES'] === undefined
    ? [
        { writes: 2, deletes: true, losses: false },
        { writes: 2, deletes: false, losses: true },
      ]
    : [{ writes: Number(process.env['LOCKSTEP_MODEL_WRITES']), deletes: true, losses: true }];

/** Explores all reachable states, or as many as it takes to find an older value at rest. */
function explore(bounds: VersionBounds, faults: Partial<VersionFaults> = {}) {
  const findings = { states: 0, stale: 0, kept: 0 };
  const all = { ...SOUND, ...faults };
  const seen = new Set<string>();
  const left: VersionState[] = [START];
  for (let state = left.pop(); state !== undefined && findings.stale === 0; state = left.pop()) {
    const name = JSON.stringify(state);
    if (seen.has(name)) continue;
    seen.add(name);
    if (isAtRest(state) && state.versions > 0) {
      const newest = state.newestIsStore ? state.versions : 0;
      const held = state.regions.map(({ cache }) => cache).filter((cache) => cache !== 0);
      if (held.some((cache) => cache !== newest)) findings.stale += 1;
      if (held.length === 2) findings.kept += 1;
    }
    left.push(...steps(state, bounds, all));
  }
  return { ...findings, states: seen.size };
}

describe('every state of two regions that write one row with versions', () => {
  it.each(BOUNDS)('ends with the newest version or a miss everywhere (%j)', (bounds) => {
    const { states, stale, kept } = explore(bounds);
    expect(stale).toBe(0);
    expect(states).toBeGreaterThan(1000);
    // Not every write becomes a miss.
    expect(kept).toBeGreaterThan(0);
  });

  it.each([
    ['nobody looked again at what was stored', { noConfirm: true }, { writes: 2, deletes: false, losses: false }],
    ['a batch that comes again left what is older', { noAgain: true }, { writes: 2, deletes: false, losses: false }],
    ['own writes suspected nothing', { noSuspects: true }, { writes: 2, deletes: false, losses: false }],
    ['deletes were forgotten', { noTombstones: true }, { writes: 2, deletes: true, losses: false }],
    ['what is unknown were learned', { learnsFromUnknown: true }, { writes: 3, deletes: false, losses: true }],
  ])('finds what would be wrong if %s', (_, faults, bounds) => {
    expect(explore(bounds, faults).stale).toBe(1);
  });
});
