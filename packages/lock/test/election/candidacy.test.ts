import { describe, expect, it } from 'vitest';

import { Candidacy } from '../../src/election/candidacy.ts';
import { checkElectOptions } from '../../src/election/elect-options.ts';
import type { ElectionDoor } from '../../src/election/election-door.ts';
import { createElectionEar } from '../../src/election/election-events.ts';
import { type Lease, LockError } from '../../src/index.ts';
import { createManualClock } from '../manual-clock.ts';

const resigned = new LockError('ERR_LOCK_RESIGNED', 'resigned');

/** A candidate whose questions are answered by the test. */
function candidate(door: Pick<ElectionDoor, 'acquire' | 'countTerm'>) {
  const clock = createManualClock();
  const errors: Error[] = [];
  const onError = (error: Error): void => void errors.push(error);
  const whole: ElectionDoor = {
    ...door,
    clock,
    random: () => 0.5,
    onError,
    inspect: () => Promise.resolve(undefined),
    closed: () => undefined,
  };
  const ear = createElectionEar({ onError, onListener: () => undefined });
  const candidacy = new Candidacy(checkElectOptions('job', {}), whole, ear, () => undefined);
  return { clock, errors, candidacy };
}

function lease(released: string[]): Lease {
  const owner = `p:${released.length}`;
  return {
    key: 'election:job',
    owner,
    token: 1,
    signal: new AbortController().signal,
    isHeld: () => true,
    assertHeld: () => undefined,
    remainingMs: () => 6000,
    release: async () => {
      released.push(owner);
      return 'released';
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

describe('a candidate', () => {
  it('that resigns before its term is known does not begin, and gives the lease back', async () => {
    const released: string[] = [];
    let count = (_term: number): void => undefined;
    const { clock, candidacy } = candidate({
      acquire: () => Promise.resolve(lease(released)),
      countTerm: () => new Promise((resolve) => (count = resolve)),
    });
    let begun = 0;
    const over = candidacy.run(() => begun++);
    await clock.advance(0);
    const stepped = candidacy.stepDown('resigned', resigned);
    count(1);
    await stepped;
    expect(released).toEqual(['p:0']);
    expect(begun).toBe(0);
    candidacy.end(resigned);
    await over;
    expect(clock.timers).toBe(0);
  });

  it('whose lease is over before its term is known does not begin, and stands again later', async () => {
    const released: string[] = [];
    const { clock, candidacy } = candidate({
      acquire: () => Promise.resolve(lease(released)),
      countTerm: () => Promise.resolve(undefined),
    });
    let begun = 0;
    const over = candidacy.run(() => begun++);
    await clock.advance(74);
    expect(released).toEqual(['p:0']);
    expect(candidacy.leadership).toBeUndefined();
    await clock.advance(1);
    expect(released).toEqual(['p:0', 'p:1']);
    expect(begun).toBe(0);
    candidacy.end(resigned);
    await over;
  });

  it('that is ended before its term is known does not begin, and gives the lease back', async () => {
    const released: string[] = [];
    let count = (_term: number): void => undefined;
    const { clock, candidacy } = candidate({
      acquire: () => Promise.resolve(lease(released)),
      countTerm: () => new Promise((resolve) => (count = resolve)),
    });
    let begun = 0;
    const over = candidacy.run(() => begun++);
    await clock.advance(0);
    candidacy.end(resigned);
    count(1);
    await over;
    expect(released).toEqual(['p:0']);
    expect(begun).toBe(0);
  });

  it('that cannot enter tells so, waits longer each time, and ends when the locks are closed', async () => {
    const askedAt: number[] = [];
    const { clock, errors, candidacy } = candidate({
      acquire: () => {
        askedAt.push(clock.monotonic());
        const code = askedAt.length > 4 ? 'ERR_LOCK_CLOSED' : 'ERR_LOCK_UNAVAILABLE';
        return Promise.reject(new LockError(code, 'not now'));
      },
      countTerm: () => Promise.resolve(1),
    });
    const over = candidacy.run(() => undefined);
    await clock.advance(10_000);
    await over;
    expect(askedAt.slice(1).map((at, i) => at - askedAt[i]!)).toEqual([75, 150, 300, 600]);
    expect(errors).toHaveLength(4);
    expect(candidacy.isEnding).toBe(true);
  });
});
