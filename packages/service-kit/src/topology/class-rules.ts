import { closestWord, listWords } from '../suggestion.ts';
import { describePath, entriesOf, itemsOf, valueAt } from './document.ts';
import { mainPoolName } from './pool-topology.ts';
import type { Finding } from './shape-problems.ts';
import type { Path } from './yaml-source.ts';

/** Looks at what classes say besides their prefix: pools that are there, bounds that fit. */
export function findClassProblems(document: unknown): Finding[] {
  const regions = entriesOf(valueAt(document, 'regions'));
  return itemsOf(valueAt(document, 'classes')).flatMap((keyClass, index) => {
    const path: Path = ['classes', index];
    const pools = itemsOf(valueAt(keyClass, 'pools'));
    return [
      ...pools.flatMap((name, at) => [
        ...poolProblems([...path, 'pools', at], name, regions),
        ...(pools.indexOf(name) === at ? [] : [twice([...path, 'pools', at], name)]),
      ]),
      ...poolProblems([...path, 'shadow'], valueAt(keyClass, 'shadow'), regions),
      ...shadowProblems(path, keyClass),
      ...ttlProblems(path, keyClass),
    ];
  });
}

function poolProblems(path: Path, name: unknown, regions: readonly (readonly [string, unknown])[]): Finding[] {
  if (typeof name !== 'string') return [];
  const lacking = regions.filter(([, region]) => !poolNames(region).includes(name));
  const [first] = lacking;
  if (first === undefined) return [];
  const [regionName, region] = first;
  const known = poolNames(region);
  const close = closestWord(name, known);
  const hint = close === undefined ? `it has ${listWords(known)}` : `did you mean ${JSON.stringify(close)}?`;
  const message = `the region ${JSON.stringify(regionName)} has no pool ${JSON.stringify(name)}; ${hint}`;
  return [{ path, part: 'value', message }];
}

function poolNames(region: unknown): string[] {
  return [mainPoolName, ...entriesOf(valueAt(region, 'pools')).map(([name]) => name)];
}

function twice(path: Path, name: unknown): Finding {
  const message = `the pool ${JSON.stringify(name)} is in the list already; name each once`;
  return { path, part: 'value', message };
}

function shadowProblems(path: Path, keyClass: unknown): Finding[] {
  const shadow = valueAt(keyClass, 'shadow');
  const pools = itemsOf(valueAt(keyClass, 'pools'));
  if (typeof shadow !== 'string' || !(pools.length === 0 ? [mainPoolName] : pools).includes(shadow)) return [];
  const message = `${describePath([...path, 'shadow'])} is a pool of the class itself; name another one`;
  return [{ path: [...path, 'shadow'], part: 'value', message }];
}

function ttlProblems(path: Path, keyClass: unknown): Finding[] {
  const min = valueAt(keyClass, 'minTtlSeconds');
  const max = valueAt(keyClass, 'maxTtlSeconds');
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
  const message = `minTtlSeconds ${min} is above maxTtlSeconds ${max}; make it at most that`;
  return [{ path: [...path, 'minTtlSeconds'], part: 'value', message }];
}
