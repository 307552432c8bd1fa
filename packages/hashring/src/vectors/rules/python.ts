import { crc } from '../../hashes/crc.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { RingKey } from '../../ring/ring.ts';
import { knowing, type KnownOptions } from '../known-options.ts';
import { numberOption } from '../scenario-nodes.ts';
import { placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { type Attempts, firstAliveOf } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

const describes: KnownOptions['describes'] = { hash: ['crc32>>16&0x7fff or 1'] };

/** Scenarios of python-memcached and pymemcache. */
export const pythonRules: Readonly<Record<string, ScenarioRule>> = {
  'python-memcached': knowing(
    { describes },
    placedBy('python-memcached', () => ({})),
  ),
  'python-memcached-rehash': knowing({ reads: ['dead', 'retries'], describes }, firstAliveOf(attemptsOf)),
  'pymemcache-rendezvous': knowing(
    { describes: { hash: ['murmur3_32'], seed: [0] } },
    placedBy('pymemcache', () => ({})),
  ),
};

/** As many attempts as `_SERVER_RETRIES` says, which is 10 where nobody changed it. */
function attemptsOf({ nodes, options }: Scenario): Attempts {
  const retries = options['retries'] === undefined ? 10 : numberOption(options, 'retries');
  const { pick } = createRing(nodes, { algorithm: 'python-memcached' });
  return function* (key) {
    let attempted: RingKey = key;
    for (let attempt = 0; attempt < retries; attempt++) {
      yield pick(attempted);
      attempted = `${crc.key(attempted) || 1}${attempt}`;
    }
  };
}
