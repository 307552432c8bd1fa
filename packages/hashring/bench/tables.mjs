/**
 * Measures the tables of the README and prints them as Markdown: `pnpm --filter @lockstep/hashring tables`, with the
 * number of keys as an argument (1,000,000 by default).
 */
import { readdirSync, readFileSync } from 'node:fs';

import { algorithms } from '../dist/algorithms/algorithms.js';
import { createRing } from '../dist/index.js';
import { checkScenario } from '../dist/vectors/check-scenario.js';
import { parseVectorFile } from '../dist/vectors/vector-file.js';

const KEYS = Number(process.argv[2] ?? 1_000_000);
if (!Number.isInteger(KEYS) || KEYS < 1000) throw new RangeError('the number of keys must be an integer from 1000');
/** Where each pick costs as much as there are nodes. */
const LINEAR = /rendezvous|pymemcache/;

const nodesOf = (count) =>
  Array.from({ length: count }, (_, i) => ({ host: `10.0.${i >> 8}.${i & 255}`, port: 11211 }));

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const keysFor = ({ algorithm }, count) => (LINEAR.test(algorithm) && count === 1000 ? KEYS / 10 : KEYS);

/** max/mean over the keys, or over the hash space where it is exact. */
function imbalance(options, count) {
  const ring = createRing(nodesOf(count), options);
  const exact = ring.shares();
  if (exact.exact) return Math.max(...exact.shares) * count;
  const keys = keysFor(options, count);
  const loads = new Uint32Array(count);
  for (let i = 0; i < keys; i++) loads[ring.pick(`user:${i}:profile`)]++;
  return (Math.max(...loads) / keys) * count;
}

/** The share of the keys whose node changes, in percent. */
function moved(before, after) {
  let moves = 0;
  for (let i = 0; i < KEYS; i++) {
    const key = `user:${i}:profile`;
    if (before.get(key).host !== after.get(key).host) moves++;
  }
  return (moves / KEYS) * 100;
}

function movement(options) {
  const hundred = createRing(nodesOf(100), options);
  const added = moved(hundred, hundred.with(nodesOf(101)[100]));
  try {
    return [added.toFixed(2), moved(hundred, hundred.without(50)).toFixed(2)];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [added.toFixed(2), 'refused'];
  }
}

const variants = [
  ...Object.keys(algorithms).map((algorithm) => ({ algorithm })),
  { algorithm: 'pecl-memcache-consistent', hash: 'fnv' },
];
const title = ({ algorithm, ...options }) => [algorithm, ...Object.values(options)].join(' ');

console.log(`Balance and movement, ${KEYS.toLocaleString('en')} keys, equal nodes\n`);
console.log(
  table(
    [
      'algorithm',
      'max/mean, 10',
      '100',
      '1000',
      'moved by +1 at 100 (ideal 0.99 %)',
      'by −1 in the middle (ideal 1.00 %)',
    ],
    variants.map((options) => [
      title(options),
      ...[10, 100, 1000].map(
        (count) => imbalance(options, count).toFixed(2) + (keysFor(options, count) < KEYS ? '*' : ''),
      ),
      ...movement(options).map((share) => (share === 'refused' ? share : `${share} %`)),
    ]),
  ),
);

/** What the scenarios of a file varied: algorithms, and the options beside them. */
function variedOptions(scenarios) {
  const names = scenarios.map(({ algorithm }) => algorithm.replace(/-(failover|ejected|rehash|next)$/, ''));
  const options = scenarios.flatMap(({ options: given }) => Object.keys(given));
  const remarks = new Set([
    'note',
    'php',
    'behaviors',
    'lookup',
    'keyHash',
    'pointHash',
    'nameHash',
    'keyType',
    'names',
    'ops',
  ]);
  const shown = [...new Set(options)].filter((name) => !remarks.has(name));
  return [[...new Set(names)].join(', '), shown.length === 0 ? '' : `: ${shown.join(', ')}`].join('');
}

function compatibility(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return files.map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    const { client, scenarios } = parseVectorFile(text);
    const versions = Object.entries(JSON.parse(text).versions ?? {})
      .filter(([key]) => key !== 'n')
      .map(([key, version]) => `${key} ${version}`)
      .join(', ');
    const results = scenarios.map((scenario) => checkScenario(scenario));
    const sum = (count) => results.reduce((total, result) => total + count(result), 0).toLocaleString('en');
    const cases = sum((result) => result.cases);
    return [client, versions, variedOptions(scenarios), cases, sum(({ mismatches }) => mismatches.length)];
  });
}

console.log(`\n\\* over ${(KEYS / 10).toLocaleString('en')} keys, where chance alone makes the busiest node busier`);

console.log('\nCompatibility\n');
console.log(
  table(
    ['client', 'version observed', 'algorithms and options', 'cases', 'mismatches'],
    ['../test/vectors/', '../test/observed/'].flatMap((folder) => compatibility(new URL(folder, import.meta.url))),
  ),
);
