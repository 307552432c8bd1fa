import { placedBy, type ScenarioRule } from '../scenario-rule.ts';

/** Scenarios of Go's gomemcache. */
export const goRules: Readonly<Record<string, ScenarioRule>> = {
  gomemcache: placedBy('gomemcache', () => ({})),
};
