import { describe, expect, it } from 'vitest';

import {
  type Check,
  ENTRIES,
  lastOf,
  type ModelFaults,
  type ModelState,
  NO_FAULTS,
  START,
  steps,
} from './cursor-protocol-model.ts';

/** What all reachable states of the model show. */
interface Findings {
  states: number;
  /** States at rest, at the end of the journal, in which a key has an older value than its last one. */
  stale: number;
  /** States at rest, at the end, in which a key is missing. */
  missing: number;
  /** Writes that put an older value in the place of a newer one. */
  backward: number;
  /** Steps that moved the cursor back. */
  cursorBack: number;
  /** States from which the end of the journal cannot be reached any more. */
  stuck: number;
}

const nameOf = ({ work, cache, ...lane }: ModelState): string =>
  `${Object.values(lane).join()}|${work.map((one) => (one ? Object.values(one).join() : '')).join(';')}|${cache.join()}`;

const isAtEnd = ({ cursor, work }: ModelState): boolean => cursor === ENTRIES && work.every((one) => one === undefined);

function explore(faults: Partial<ModelFaults>): Findings {
  const findings: Findings = { states: 0, stale: 0, missing: 0, backward: 0, cursorBack: 0, stuck: 0 };
  const seen = new Map<string, string[]>([[nameOf(START), []]]);
  const left = [START];
  const ends: string[] = [];
  for (let state = left.pop(); state !== undefined; state = left.pop()) {
    const from = nameOf(state);
    if (isAtEnd(state)) {
      ends.push(from);
      const last = state.cache.map((_, key) => lastOf(key, 0, ENTRIES));
      if (state.cache.some((value, key) => value !== 0 && value !== last[key])) findings.stale += 1;
      if (state.cache.includes(0)) findings.missing += 1;
    }
    for (const { to, write } of steps(state, { ...NO_FAULTS, ...faults })) {
      if (write !== undefined && write.after < write.before) findings.backward += 1;
      if (to.cursor < state.cursor) findings.cursorBack += 1;
      const name = nameOf(to);
      const before = seen.get(name);
      if (before !== undefined) before.push(from);
      else {
        seen.set(name, [from]);
        left.push(to);
      }
    }
  }
  // Backwards from the ends: what is not met there is stuck.
  const alive = new Set(ends);
  for (let name = ends.pop(); name !== undefined; name = ends.pop()) {
    for (const before of seen.get(name) ?? []) {
      if (alive.has(before)) continue;
      alive.add(before);
      ends.push(before);
    }
  }
  return { ...findings, states: seen.size, stuck: seen.size - alive.size };
}

describe('every state of two receivers that share a lane, with any shippers and any crashes', () => {
  it('ends with the last value of each key, and never shows an older one, while leases hold', () => {
    const { states, ...findings } = explore({});
    expect(states).toBeGreaterThan(100);
    expect(findings).toEqual({ stale: 0, missing: 0, backward: 0, cursorBack: 0, stuck: 0 });
  });

  it('ends with the last value of each key though a begun batch was forgotten', () => {
    const { states, backward, ...findings } = explore({ intentEnds: true });
    expect(findings).toEqual({ stale: 0, missing: 0, cursorBack: 0, stuck: 0 });
    // What the intent is for.
    expect(backward).toBeGreaterThan(0);
    expect(states).toBeGreaterThan(100);
  });

  it('ends with the last value or a miss though processes are frozen until others took over', () => {
    const { states, missing, backward, ...findings } = explore({ leaseEnds: true, intentEnds: true });
    expect(findings).toEqual({ stale: 0, cursorBack: 0, stuck: 0 });
    expect(missing).toBeGreaterThan(0);
    expect(backward).toBeGreaterThan(0);
    expect(states).toBeGreaterThan(5000);
  });

  it('ends so though Redis is away then, and what they take back fails at first', () => {
    const { states, missing, backward, ...findings } = explore({
      leaseEnds: true,
      intentEnds: true,
      redisAway: true,
      takingBackFails: 'again',
    });
    expect(findings).toEqual({ stale: 0, cursorBack: 0, stuck: 0 });
    expect(missing).toBeGreaterThan(0);
    expect(backward).toBeGreaterThan(0);
    expect(states).toBeGreaterThan(5000);
  });

  it('finds that to try only once to take something back would not do', () => {
    expect(explore({ leaseEnds: true, takingBackFails: 'left' }).stale).toBeGreaterThan(0);
  });

  it('finds what is not guaranteed: a frozen process that writes late and dies before it takes that back', () => {
    expect(explore({ leaseEnds: true, zombieDies: true }).stale).toBeGreaterThan(0);
  });

  it('finds that to refuse the commit of a process that wrote late would not do', () => {
    expect(explore({ leaseEnds: true, noTakingBack: true }).stale).toBeGreaterThan(0);
  });

  it.each<[Check, keyof Findings, Partial<ModelFaults>]>([
    ['begun at cursor', 'stale', {}],
    ['holder', 'backward', {}],
    ['intent', 'backward', {}],
    ['token', 'stale', { leaseEnds: true, intentEnds: true }],
  ])('finds that the scripts must look at: %s', (check, damage, faults) => {
    expect(explore({ ...faults, unchecked: [check] })[damage]).toBeGreaterThan(explore(faults)[damage]);
  });

  it('finds that a commit which looks at its token need not look at the cursor, and that it must look at one of them', () => {
    const faults = { leaseEnds: true, intentEnds: true };
    expect(explore({ ...faults, unchecked: ['committed at cursor'] })).toEqual(explore(faults));
    expect(explore({ ...faults, unchecked: ['committed at cursor', 'token'] }).cursorBack).toBeGreaterThan(0);
  });
});
