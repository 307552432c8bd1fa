import { describe, expect, it } from 'vitest';

import { planKills } from '../src/verify/kills.ts';
import { createRandom } from '../src/verify/random.ts';

const plan = (seed: number, seconds = 20): ReturnType<typeof planKills> =>
  planKills(createRandom(seed), seconds, ['east', 'west'], 3);

describe('planKills', () => {
  it('repeats itself for the same seed and differs for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it.each([1, 5, 20])(
    'kills each kind at least once in %i s, one at a time, and is done before the load',
    (seconds) => {
      const kills = plan(3, seconds);
      expect(new Set(kills.map(({ target }) => target))).toEqual(new Set(['shipper', 'receiver', 'memcached']));
      for (const [index, kill] of kills.entries()) {
        expect(kill.atMs + kill.downMs).toBeLessThanOrEqual(kills[index + 1]?.atMs ?? seconds * 1000);
      }
    },
  );
});

describe('createRandom', () => {
  it('stays in its bounds and reaches both ends', () => {
    const random = createRandom(1);
    const drawn = new Set(Array.from({ length: 200 }, () => random.integer(1, 3)));
    expect(drawn).toEqual(new Set([1, 2, 3]));
  });
});
