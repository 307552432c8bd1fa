import { describe, expect, it } from 'vitest';

import { isAtRest, type ReshardFaults, type ReshardState, START, steps } from './reshard-model.ts';

const OPERATIONS = 3;

function explore(faults: Partial<ReshardFaults> = {}) {
  const findings = { states: 0, backward: 0, lost: 0, rests: 0 };
  const all = { noBarrier: false, noSeal: false, noWait: false, ...faults };
  const seen = new Set<string>();
  const left: ReshardState[] = [START];
  for (let state = left.pop(); state !== undefined && findings.backward === 0; state = left.pop()) {
    const name = JSON.stringify(state);
    if (seen.has(name)) continue;
    seen.add(name);
    if (state.isBackward) findings.backward += 1;
    if (isAtRest(state)) {
      findings.rests += 1;
      if (state.applied < state.confirmed) findings.lost += 1;
    }
    left.push(...steps(state, OPERATIONS, all));
  }
  return { ...findings, states: seen.size };
}

describe('every state of a change of the number of shards', () => {
  it('keeps the order of a key, and all that was confirmed', () => {
    const { states, rests, ...findings } = explore();
    expect(findings).toEqual({ backward: 0, lost: 0 });
    expect(states).toBeGreaterThan(1000);
    expect(rests).toBeGreaterThan(0);
  });

  it('finds what would be wrong if the new shards were shipped beside the old ones', () => {
    expect(explore({ noBarrier: true }).backward).toBeGreaterThan(0);
  });

  it('finds what would be wrong if a writer that has not heard could go on', () => {
    expect(explore({ noSeal: true }).backward).toBeGreaterThan(0);
  });

  it('finds what would be wrong if an old shard that is empty for a moment counted as shipped', () => {
    expect(explore({ noWait: true }).backward).toBeGreaterThan(0);
  });
});
