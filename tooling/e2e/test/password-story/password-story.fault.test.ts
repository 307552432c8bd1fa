import { setTimeout as wait } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { descendantsOf, stillRunning } from '../process-tree.ts';
import { type Chance, createChance } from './chance.ts';
import { leftovers } from './leftovers.ts';
import { PasswordStory } from './password-story.ts';
import { breakApps, breakLinks, breakServices } from './story-faults.ts';
import { storyReport } from './story-report.ts';
import type { StoryRegion } from './story-region.ts';

/** LOCKSTEP_PASSWORD_SECONDS runs it longer and prints what was measured, LOCKSTEP_PASSWORD_SEED otherwise. */
const seconds = Number(process.env['LOCKSTEP_PASSWORD_SECONDS'] ?? 5);
const seed = Number(process.env['LOCKSTEP_PASSWORD_SEED'] ?? 1);
const maxStalenessMs = 1000;
const leastChanges = 3;

/** Changes passwords of a region one after the other. */
async function changePasswords(
  story: PasswordStory,
  region: StoryRegion,
  chance: Chance,
  isOver: () => boolean,
): Promise<number> {
  let confirmed = 0;
  for (let attempt = 0; !isOver() || (confirmed < leastChanges && attempt < 100); attempt++) {
    if (await story.change(region, chance)) confirmed++;
    await wait(chance.between(100, 600));
  }
  return confirmed;
}

it(
  'after a password change nobody in the region accepts the old token, and nobody elsewhere beyond the bound',
  async () => {
    const before = descendantsOf(process.pid);
    const story = await PasswordStory.start(maxStalenessMs);
    const processes = descendantsOf(process.pid).filter(({ pid }) => before.every((each) => each.pid !== pid));
    try {
      const endsAt = performance.now() + 1000 * seconds;
      const isTime = (): boolean => performance.now() > endsAt;
      let isHealed = false;
      // Whatever fails, nobody is left who goes on when the story is closed.
      const faults = Promise.allSettled([
        breakServices(story, createChance(seed), isTime),
        breakApps(story, createChance(seed + 1), isTime),
        breakLinks(story, createChance(seed + 2), isTime),
      ]).finally(() => (isHealed = true));
      const changing = story.regions.map((region, at) =>
        changePasswords(story, region, createChance(seed + 1000 + at), () => isHealed),
      );
      const [broken, ...confirmed] = await Promise.all([faults, ...changing]);
      const happened = broken.flatMap((end) => (end.status === 'fulfilled' ? end.value : [String(end.reason)]));
      expect(broken.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
      const left = await leftovers(story);
      if (process.env['LOCKSTEP_PASSWORD_SECONDS'] !== undefined) process.stdout.write(storyReport(story, happened));
      const { failures } = story;
      const outcome = { seed, happened, failures, tooLate: story.judge.verdict(), left };
      expect(outcome).toEqual({ seed, happened, failures: [], tooLate: [], left: [] });
      expect(Math.min(...confirmed)).toBeGreaterThanOrEqual(leastChanges);
      expect(story.reads).toBeGreaterThanOrEqual(10_000 * story.judge.changes.length);
      // Those reads were answered by the processes themselves.
      expect(await story.localHits()).toBeGreaterThan(story.reads / 10);
    } finally {
      await story[Symbol.asyncDispose]();
    }
    await expect.poll(() => stillRunning(processes), { timeout: 15_000 }).toEqual([]);
  },
  (seconds + 240) * 1000,
);
