import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { runStory, storyArbitrary } from './run-story.ts';
import { sabotages } from './sabotages.ts';

const runs = Number(process.env['LOCKSTEP_REFRESH_STORIES'] ?? 25);

describe('processes that read, refresh, invalidate, freeze and crash on virtual time', () => {
  it('keep the rules whatever happens', async () => {
    const total: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(storyArbitrary(60), async (story) => {
        const { violations, tally } = await runStory(story);
        expect(violations).toEqual([]);
        for (const [name, count] of Object.entries(tally)) total[name] = (total[name] ?? 0) + count;
      }),
      { numRuns: runs },
    );
    // Else there was nothing to be seen.
    for (const name of ['fresh', 'stale', 'loaded', 'waits', 'refreshed', 'expired']) {
      expect.soft(total[name], name).toBeGreaterThan(0);
    }
  }, 600_000);

  it.each(sabotages)(
    'break them without $name',
    async ({ sabotage, notices }) => {
      const stories = fc.sample(storyArbitrary(80), { numRuns: 40, seed: 7 });
      let found: string[] = [];
      for (const story of stories) {
        ({ violations: found } = await runStory(story, sabotage));
        if (found.some((violation) => violation.includes(notices))) break;
      }
      expect(found.join('\n')).toContain(notices);
    },
    60_000,
  );
});
