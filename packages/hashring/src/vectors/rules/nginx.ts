import { repeatedByWeight } from '../../algorithms/list-modulo.ts';
import { addedRehash } from '../../failover/added-rehash.ts';
import { heaviestFirst } from '../../failover/heaviest-first.ts';
import { createRing } from '../../ring/create-ring.ts';
import { anyNumber, knowing } from '../known-options.ts';
import { numberOption } from '../scenario-nodes.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { type Attempts, firstAlive, firstAliveOf } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

/** How many servers nginx looks at that it knows to be dead, or has tried. */
const MAX_LOOKS = 21;
/** Where all servers live, it has no say how often one may fail. */
const alive = { describes: { max_fails: anyNumber } };

/** Scenarios of nginx's `hash`. */
export const nginxRules: Readonly<Record<string, ScenarioRule>> = {
  'nginx-hash': knowing(
    alive,
    placedBy('nginx-hash', () => ({})),
  ),
  'nginx-hash-consistent': knowing(
    alive,
    placedBy('nginx-consistent', () => ({})),
  ),
  'nginx-hash-next': knowing({ reads: ['dead', 'max_fails'] }, firstAliveOf(attemptsOf)),
  // Its looks are limited the same way whether a server is known to be dead or found to be.
  'nginx-hash-consistent-next': knowing(
    { reads: ['dead'], ...alive },
    firstAlive(() => ({ algorithm: 'nginx-consistent' })),
  ),
};

/** With `max_fails` above 0 nginx remembers who is dead: then a look at a dead server counts as one at a tried one. */
function attemptsOf({ nodes, options }: Scenario): Attempts {
  const ring = createRing(nodes, { algorithm: 'nginx-hash' });
  if (options['max_fails'] === undefined || numberOption(options, 'max_fails') === 0)
    return (key) => ring.sequence(key);
  const weights = nodes.map(({ weight = 1 }) => weight);
  const list = repeatedByWeight(weights);
  return function* (key) {
    let left = MAX_LOOKS;
    for (const value of addedRehash(key)) {
      yield list[value % list.length]!;
      if (--left === 0) break;
    }
    yield* heaviestFirst(weights);
  };
}
