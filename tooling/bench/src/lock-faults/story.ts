import type { FaultKind, PlanOptions } from './fault-plan.ts';

/** What happens to a fleet, and how often. */
export interface Story extends Pick<PlanOptions, 'kinds' | 'aim' | 'everyMs'> {
  readonly name: string;
  /** For how long each works under the lock when nothing happens, in ms. */
  readonly sectionMs: number;
}

const ofProcesses: readonly FaultKind[] = ['stop', 'block', 'silence', 'cut', 'kill'];

/** Everything that a lock should come through without two holders at once, mostly done to the one that holds it. */
export const aimedStory: Story = {
  name: 'aimed at the holder',
  kinds: [...ofProcesses, ...ofProcesses, 'freeze', 'flush-scripts', 'kill-listeners'],
  aim: 0.75,
  everyMs: 900,
  sectionMs: 6000,
};

/** The same to anybody: how much is still done? */
export const untargetedStory: Story = {
  name: 'at anybody',
  kinds: ofProcesses,
  aim: 0,
  everyMs: 900,
  sectionMs: 600,
};

/** As often as leaves 84 % of the time, 69 % in the worst run, to a lock that is asked for every 100 ms by those who want it. */
export const calmerStory: Story = { ...untargetedStory, name: 'at anybody, less often', everyMs: 1400 };

/** Redis forgets who holds the lock: two holders are possible with any library, and only a token tells them apart. */
export const forgetfulStory: Story = {
  name: 'Redis forgets',
  kinds: ['lose', 'evict', 'promote'],
  aim: 0,
  everyMs: 1500,
  sectionMs: 6000,
};

/** In the order of the columns. */
export const stories: readonly Story[] = [aimedStory, untargetedStory, calmerStory, forgetfulStory];
