import type { NpmHashringOptions } from '../../algorithms/npm-hashring.ts';
import { createRing } from '../../ring/create-ring.ts';
import type { Ring } from '../../ring/ring.ts';
import { anyFlag, anyNumber, knowing } from '../known-options.ts';
import { type Answer, placedBy, type ScenarioRule } from '../scenario-rule.ts';
import { deadOf, firstAlive } from '../survivors.ts';
import type { Scenario } from '../vector-file.ts';

/** Lists were asked for as `range(key, 3)`. */
const LIST_LENGTH = 3;

/** Options of memjs that do not change which server is asked first. */
const memjs = { retries: anyNumber, timeout: anyNumber };

/** Scenarios of npm hashring and memcached, which the files call by one name, and of memjs. */
export const npmRules: Readonly<Record<string, ScenarioRule>> = {
  'node-hashring': knowing(
    {
      reads: [
        'hash',
        'vnodes',
        'vnode count',
        'replicas',
        'compatibility',
        'default port',
        'namespace',
        'remove',
        'dead',
      ],
      describes: { 'max cache size': anyNumber },
    },
    hashring,
  ),
  'memjs-modulo': knowing(
    { describes: { ...memjs, failover: anyFlag } },
    placedBy('memjs', () => ({})),
  ),
  'memjs-modulo-failover': knowing(
    { reads: ['dead', 'failover'], describes: memjs },
    firstAlive(({ options }) => ({ algorithm: 'memjs', failover: options['failover'] !== false })),
  ),
};

/** A namespace is part of the key; a dead server is only taken out with `remove`. */
function hashring(scenario: Scenario): Answer {
  const { namespace = '', remove, dead } = scenario.options;
  if (typeof namespace !== 'string')
    throw new TypeError(`namespace must be a string, got ${JSON.stringify(namespace)}`);
  const whole = createRing(scenario.nodes, { algorithm: 'npm-hashring', ...hashringOptions(scenario) });
  const gone = dead === undefined ? [] : deadOf(scenario);
  const ring = remove === true ? leaving(whole, gone) : whole;
  const numbers = ring.nodes.map((node) => whole.nodes.indexOf(node));
  const alive = (node: number): number => (gone.includes(node) ? -1 : node);
  const answer: Answer = (key, question) => {
    const sent = namespace === '' ? key : namespaced(namespace, key);
    if (question === 'lists') return ring.replicas(sent, LIST_LENGTH).map((node) => alive(numbers[node]!));
    return alive(numbers[ring.pick(sent)]!);
  };
  return dead === undefined ? answer : Object.assign(answer, { nobody: true });
}

function leaving(ring: Ring, gone: readonly number[]): Ring {
  return gone.reduce((left, index) => left.without(ring.nodes[index]!), ring);
}

function namespaced(namespace: string, key: string | Uint8Array): string | Uint8Array {
  return typeof key === 'string' ? namespace + key : Buffer.concat([Buffer.from(namespace), key]);
}

/** Options as hashring itself spells them. */
function hashringOptions({ options }: Scenario): NpmHashringOptions {
  const { hash = 'md5', replicas = 4, vnodes = 40, compatibility = 'ketama' } = options;
  if (compatibility !== 'ketama' && compatibility !== 'hash_ring')
    throw new RangeError(`compatibility must be ketama or hash_ring, got ${JSON.stringify(compatibility)}`);
  return {
    hash: hash as 'md5',
    vnodeCount: (options['vnode count'] ?? vnodes) as number,
    replicas: compatibility === 'hash_ring' ? 3 : (replicas as number),
    defaultPort: (options['default port'] ?? 0) as number,
  };
}
