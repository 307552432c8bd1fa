import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { describe, expect, it, onTestFinished } from 'vitest';

import { createHorizon, momentOf } from '../src/horizon.ts';
import type { FollowerLeaseMessage } from '../src/index.ts';
import { createLeaseWatch } from '../src/lease-watch.ts';

/** A horizon and its watch on clocks that stand still until they are told to move. */
function setup(leaseMs: number | 'none' = 100) {
  const time = { monotonic: 1000, wall: 50_000 };
  const clock = { monotonic: () => time.monotonic, now: () => time.wall, setTimer: () => ({ cancel: () => {} }) };
  const horizon = createHorizon(1, clock);
  const lease = leaseMs === 'none' ? undefined : leaseMs;
  const watch = createLeaseWatch({ namespace: 'n', clock, leaseMs: lease, horizonAgeMs: horizon.ageMs });
  return {
    watch,
    pass: (monotonicMs: number, wallMs = monotonicMs): void => {
      time.monotonic += monotonicMs;
      time.wall += wallMs;
    },
    /** The horizon moves to what it was so long ago. */
    hear: (agoMs = 0): void => {
      const { monotonic, wall } = momentOf(clock);
      watch.look();
      horizon.move(0, { monotonic: monotonic - agoMs, wall: wall - agoMs });
      watch.look();
    },
  };
}

describe('a watch of the lease', () => {
  it('counts nothing before the first horizon, and nothing while it is young', () => {
    const { watch, pass, hear } = setup();
    pass(5000);
    expect(watch.loss()).toEqual({ leasesLost: 0, leaseLostMs: 0 });
    for (let beat = 0; beat < 5; beat++) {
      hear();
      pass(99);
    }
    expect(watch.loss()).toEqual({ leasesLost: 0, leaseLostMs: 0 });
  });

  it('counts a loss once, and its time to the millisecond, however seldom it looks', () => {
    for (const looks of [1, 7]) {
      const { watch, pass, hear } = setup();
      hear();
      pass(100);
      for (let look = 0; look < looks; look++) {
        watch.look();
        pass(140 / looks);
      }
      hear();
      expect(watch.loss().leasesLost).toBe(1);
      expect(watch.loss().leaseLostMs).toBeCloseTo(140, 6);
      pass(150);
      expect(watch.loss().leasesLost).toBe(2);
      expect(watch.loss().leaseLostMs).toBeCloseTo(190, 6);
    }
  });

  it('goes on counting when the horizon moves and is too old nevertheless', () => {
    const { watch, pass, hear } = setup();
    hear();
    pass(250);
    hear(120);
    pass(30);
    hear();
    expect(watch.loss()).toEqual({ leasesLost: 1, leaseLostMs: 180 });
  });

  it('counts the time for which the machine was suspended', () => {
    const { watch, pass, hear } = setup();
    hear();
    pass(10, 3_600_000);
    expect(watch.loss()).toEqual({ leasesLost: 1, leaseLostMs: 3_599_900 });
  });

  it('loses nothing without a lease, and nothing once it is closed', () => {
    const unbound = setup('none');
    unbound.hear();
    unbound.pass(10_000);
    expect(unbound.watch.loss()).toEqual({ leasesLost: 0, leaseLostMs: 0 });
    const { watch, pass, hear } = setup();
    hear();
    pass(150);
    watch.end();
    pass(10_000);
    expect(watch.loss()).toEqual({ leasesLost: 1, leaseLostMs: 50 });
  });

  it('tells who listens that the lease was lost, and that it is back', () => {
    const messages: FollowerLeaseMessage[] = [];
    const listen = (message: unknown): void => void messages.push(message as FollowerLeaseMessage);
    subscribe('lockstep:invalidation:lease', listen);
    onTestFinished(() => void unsubscribe('lockstep:invalidation:lease', listen));
    const { watch, pass, hear } = setup();
    hear();
    pass(130);
    watch.look();
    pass(20);
    watch.look();
    hear();
    expect(messages).toEqual([
      { namespace: 'n', isLost: true, lostMs: 30 },
      { namespace: 'n', isLost: false, lostMs: 50 },
    ]);
  });
});
