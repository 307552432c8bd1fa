import { flexihashLookupList } from '../../algorithms/flexihash-lookup-list.ts';
import type { FlexihashOptions } from '../../algorithms/flexihash.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { ScenarioRule } from '../scenario-rule.ts';

/** Lists were asked for as `lookupList($key, 3)`. */
const LIST_LENGTH = 3;

/** Scenarios of Flexihash: `lookup`, and `lookupList` of the released version and of the one in git. */
export const flexihashRules: Readonly<Record<string, ScenarioRule>> = {
  flexihash: ({ nodes, options }) => {
    const ring = createRing(nodes, { algorithm: 'flexihash', ...(options as FlexihashOptions) });
    const unreleased = flexihashLookupList(nodes, options);
    return (key, question) => {
      if (question === 'lists') return ring.replicas(key, LIST_LENGTH);
      return question === 'listsHead' ? unreleased(key, LIST_LENGTH) : ring.pick(key);
    };
  },
};
