import { describe, expect, it } from 'vitest';

import { createLagWatch, totalLag } from '../src/lag-watch.ts';
import { createTestClock } from './relay/test-clock.ts';

const at = (sequence: number, epoch = 'aaaaaaaa') => ({ epoch, sequence });

describe('a watch of the lag', () => {
  it('is behind from the moment at which it knows of an entry until that was heard', () => {
    const clock = createTestClock();
    const watch = createLagWatch(clock);
    watch.heard(at(5));
    expect(watch.lag()).toEqual({ entries: 0, ms: 0 });
    watch.seen(at(9));
    clock.advance(30);
    expect(watch.lag()).toEqual({ entries: 4, ms: 30 });
    watch.heard(at(8));
    watch.seen(at(7));
    expect(watch.lag()).toEqual({ entries: 1, ms: 30 });
    watch.heard(at(9));
    expect(watch.lag()).toEqual({ entries: 0, ms: 0 });
  });

  it('is not behind what it has heard before anybody said so', () => {
    const watch = createLagWatch(createTestClock());
    watch.heard(at(5));
    watch.heard(at(6));
    watch.seen(at(6));
    expect(watch.lag().entries).toBe(0);
  });

  it('is behind by one in an epoch of which it has heard nothing, and forgets an epoch that has ended', () => {
    const clock = createTestClock();
    const watch = createLagWatch(clock);
    watch.heard(at(5));
    watch.seen(at(70, 'bbbbbbbb'));
    clock.advance(10);
    expect(watch.lag()).toEqual({ entries: 1, ms: 10 });
    watch.heard(at(70, 'bbbbbbbb'));
    expect(watch.lag().entries).toBe(0);
    watch.seen(at(90, 'bbbbbbbb'));
    watch.heard(at(1, 'cccccccc'));
    expect(watch.lag().entries).toBe(0);
  });

  it('of several shards is all that is unheard, for the longest time', () => {
    const clock = createTestClock();
    const watches = [createLagWatch(clock), createLagWatch(clock), createLagWatch(clock)];
    for (const watch of watches) watch.heard(at(0));
    watches[0]!.seen(at(2));
    clock.advance(40);
    watches[2]!.seen(at(3));
    clock.advance(5);
    expect(totalLag(watches)).toEqual({ entries: 5, ms: 45 });
  });
});
