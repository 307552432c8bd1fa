import { describe, expect, it } from 'vitest';

import { type ConflictFaults, type ConflictState, isAtRest, START, steps } from './conflict-model.ts';

/** What all reachable states of the model show. */
interface Findings {
  states: number;
  /** States at rest in which the caches hold different values. */
  apart: number;
  /** States at rest in which a cache holds a value although both wrote without knowing of each other. */
  undecided: number;
  /** States at rest in which a cache holds a value that was overwritten by one who knew of it. */
  stale: number;
  /** States at rest in which the newer value is in both caches. */
  kept: number;
}

function explore(faults: Partial<ConflictFaults>): Findings {
  const findings: Findings = { states: 0, apart: 0, undecided: 0, stale: 0, kept: 0 };
  const seen = new Set<string>();
  const left: ConflictState[] = [START];
  for (let state = left.pop(); state !== undefined; state = left.pop()) {
    const name = JSON.stringify(state);
    if (seen.has(name)) continue;
    seen.add(name);
    if (isAtRest(state)) judge(state, findings);
    left.push(...steps(state, { seenLate: false, noEcho: false, ...faults }));
  }
  return { ...findings, states: seen.size };
}

function judge([one, two]: ConflictState, findings: Findings): void {
  const held = [one.cache, two.cache].filter((value) => value !== 0);
  if (new Set(held).size > 1) findings.apart += 1;
  if (one.phase === 'idle' || two.phase === 'idle') return;
  if (!one.isLater && !two.isLater) {
    if (held.length > 0) findings.undecided += 1;
    return;
  }
  const newer = one.isLater ? 1 : 2;
  if (held.some((value) => value !== newer)) findings.stale += 1;
  if (held.length === 2) findings.kept += 1;
}

describe('every state of two regions that write one key', () => {
  it('ends with a miss on both sides where neither knew of the other, and nowhere with an older value', () => {
    const { states, kept, ...findings } = explore({});
    expect(findings).toEqual({ apart: 0, undecided: 0, stale: 0 });
    expect(states).toBeGreaterThan(500);
    // Not every write is taken for a concurrent one.
    expect(kept).toBeGreaterThan(0);
  });

  it('finds what would be wrong if a write claimed to have seen what came while it was under way', () => {
    expect(explore({ seenLate: true }).apart).toBeGreaterThan(0);
  });

  it('finds what would be wrong if the other side were left to find out by itself', () => {
    expect(explore({ noEcho: true }).undecided).toBeGreaterThan(0);
  });
});
