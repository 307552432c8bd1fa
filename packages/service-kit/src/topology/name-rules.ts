import { parseHostPort } from './address.ts';
import { entriesOf, itemsOf, poolPathsOf, valueAt } from './document.ts';
import { mainPoolName } from './pool-topology.ts';
import type { Finding } from './shape-problems.ts';
import { createUniqueness, type LocatePath } from './uniqueness.ts';
import type { Path } from './yaml-source.ts';

const regionName = /^[a-z][a-z0-9-]{0,31}$/;
const poolName = regionName;
/** memcached's bound on a key. */
const maxKeyBytes = 250;
// oxlint-disable-next-line no-control-regex -- exactly these bytes cannot be in a memcached key
const notInKeys = /[\u0000-\u0020\u007f]/;

/** Looks at every name and prefix of a document, whatever else is wrong with it. */
export function findNameProblems(document: unknown, locate: LocatePath): Finding[] {
  const regions = entriesOf(valueAt(document, 'regions'));
  return [
    ...regions.flatMap(([name]): Finding[] =>
      regionName.test(name)
        ? []
        : [
            {
              path: ['regions', name],
              part: 'key',
              message: `${JSON.stringify(name)} is not a region name; use 1 to 32 of a-z, 0-9 and "-", a letter first`,
            },
          ],
    ),
    ...regions.flatMap(([name, region]) => [
      ...poolNameProblems(name, region),
      ...poolPathsOf(region).flatMap((pool) =>
        nodeProblems(['regions', name, ...pool, 'nodes'], valueAt(region, ...pool, 'nodes'), locate),
      ),
    ]),
    ...prefixProblems(valueAt(document, 'classes'), locate),
  ];
}

function poolNameProblems(region: string, document: unknown): Finding[] {
  return entriesOf(valueAt(document, 'pools')).flatMap(([name]): Finding[] => {
    const path = ['regions', region, 'pools', name];
    if (name === mainPoolName) {
      const message = `the pool ${JSON.stringify(name)} is the one under pool; give this one another name`;
      return [{ path, part: 'key', message }];
    }
    if (poolName.test(name)) return [];
    const message = `${JSON.stringify(name)} is not a pool name; use 1 to 32 of a-z, 0-9 and "-", a letter first`;
    return [{ path, part: 'key', message }];
  });
}

function nodeProblems(listPath: Path, nodes: unknown, locate: LocatePath): Finding[] {
  const names = createUniqueness(locate);
  const addresses = createUniqueness(locate);
  return itemsOf(nodes).flatMap((node, index) => {
    const findings: Finding[] = [];
    for (const [key, unique] of [['name', names] as const, ['address', addresses] as const]) {
      const value = valueAt(node, key);
      if (typeof value !== 'string') continue;
      const path = [...listPath, index, key];
      const taken = unique.claim(path, key === 'address' ? canonical(value) : value);
      if (taken === undefined) continue;
      const message = `the ${key} ${JSON.stringify(value)} is already that of the node ${taken}; each node of a pool has its own ${key}`;
      findings.push({ path, part: 'value', message });
    }
    return findings;
  });
}

function prefixProblems(classes: unknown, locate: LocatePath): Finding[] {
  const prefixes = createUniqueness(locate);
  return itemsOf(classes).flatMap((keyClass, index): Finding[] => {
    const prefix = valueAt(keyClass, 'prefix');
    if (typeof prefix !== 'string') return [];
    const path = ['classes', index, 'prefix'];
    const taken = prefixes.claim(path, prefix);
    if (taken !== undefined) {
      const message = `the prefix ${JSON.stringify(prefix)} is already that of the class ${taken}; keep one of the two`;
      return [{ path, part: 'value', message }];
    }
    if (notInKeys.test(prefix) || Buffer.byteLength(prefix) > maxKeyBytes) {
      const message = `no key starts with the prefix ${JSON.stringify(prefix)}; keys are at most ${maxKeyBytes} bytes without spaces and control characters`;
      return [{ path, part: 'value', message }];
    }
    return [];
  });
}

/** One text for the spellings of one address. */
function canonical(address: string): string {
  const parsed = parseHostPort(address, address);
  return 'problem' in parsed ? address : `${parsed.host.toLowerCase()}:${parsed.port}`;
}
