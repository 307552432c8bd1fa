import { describe, expect, it } from 'vitest';

import { createCoherenceChecker, type View } from '../../src/index.ts';
import { openFleet } from '../fleet/open-fleet.ts';

interface Row {
  readonly id: string;
  readonly version: number;
}

describe.each(['redis', 'memcached'] as const)('a coherence checker of each process over %s', (tier) => {
  it('is silent while all is invalidated, and finds one write that was not, here and in the shared tier', async () => {
    await using fleet = await openFleet({ size: 3, tier });
    const database = new Map<string, number>();
    const ids = Array.from({ length: 30 }, (_, id) => `${id}`);
    const load = async (id: string): Promise<Row> => ({ id, version: database.get(id) ?? 0 });
    const views: View<string, Row>[] = fleet.members.map(({ cache }) => cache.define('row', { ttlMs: 600_000, load }));
    const checkers = fleet.members.map(({ cache }) =>
      createCoherenceChecker(cache, { everyMs: Infinity, sampleSize: 30, settleMs: 2000 }),
    );
    const readAll = (): Promise<unknown> => Promise.all(views.map((view) => view.getMany(ids)));
    await readAll();

    const busy = new AbortController();
    const work = (async () => {
      for (let round = 1; !busy.signal.aborted; round++) {
        const id = ids[round % ids.length]!;
        database.set(id, round);
        await views[round % views.length]!.invalidate(id);
        await readAll();
      }
    })();
    const quiet = await Promise.all(checkers.map((checker) => checker.check()));
    busy.abort();
    await work;
    expect(quiet).toEqual([[], [], []]);
    const checked = checkers.map((checker) => checker.stats().checked);
    expect(Math.min(...checked)).toBeGreaterThan(0);

    // The shared tier takes what a loader brought a moment after `get` has resolved.
    await readAll();
    await expect.poll(() => views.every((view) => ids.every((id) => view.peek(id) !== undefined))).toBe(true);
    database.set('7', -1);
    const found = await Promise.all(checkers.map((checker) => checker.check()));
    for (const violations of found) {
      const of = violations.map(({ key, where }) => `${key} ${where}`).toSorted();
      expect(of).toEqual(['row:7 local', 'row:7 shared']);
    }
    await views[0]!.invalidate('7', { everywhere: true });
    await readAll();
    expect(await Promise.all(checkers.map((checker) => checker.check()))).toEqual([[], [], []]);
    for (const checker of checkers) {
      expect(checker.stats()).toMatchObject({ violations: 2, ended: 2, open: 0, failed: 0 });
      await checker.close();
    }
    expect(fleet.members.flatMap(({ errors }) => errors)).toEqual([]);
  });
});
