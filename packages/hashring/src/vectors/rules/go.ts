import { allKnowing } from '../known-options.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';

/** Scenarios of Go's gomemcache. */
export const goRules: Readonly<Record<string, ScenarioRule>> = allKnowing(
  { describes: { hash: ['crc32 ieee % n'] } },
  { gomemcache: placedBy('gomemcache', () => ({})) },
);
