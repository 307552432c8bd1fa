import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { RingOptions } from '../../src/algorithms/algorithms.ts';
import { createRing, presets } from '../../src/index.ts';
import { parseVectorFile, type Scenario } from '../../src/vectors/vector-file.ts';

/** The first cases in which a preset, given a client's own configuration, does not do what that client did. */
function wrongPlacements({ nodes, cases }: Scenario, options: RingOptions): readonly unknown[] {
  const ring = createRing(nodes, options);
  // -1 is a key that the client refused.
  const wrong = cases.filter(({ key, expected }) => expected !== -1 && ring.pick(key) !== expected);
  return cases.length === 0 ? ['no cases'] : wrong.slice(0, 3);
}

function scenariosOf(file: string, needs: (scenario: Scenario) => boolean): readonly Scenario[] {
  const path = new URL(`../vectors/${file}.json`, import.meta.url);
  return parseVectorFile(readFileSync(path, 'utf8')).scenarios.filter(needs);
}

describe('presets.pylibmc', () => {
  const scenarios = scenariosOf('pylibmc', ({ options }) => 'behaviors' in options);

  it('is checked with behaviors of every kind', () => {
    expect(scenarios.length).toBeGreaterThan(60);
  });

  it.each(scenarios)('places keys as pylibmc in $id', (scenario) => {
    expect(wrongPlacements(scenario, presets.pylibmc(scenario.options['behaviors'] as object))).toEqual([]);
  });
});

describe('presets.phpMemcached', () => {
  const scenarios = scenariosOf('pecl-memcached', ({ options }) => 'php' in options);

  /** `{ OPT_HASH: 'HASH_MD5' }` as `{ hash: 'md5' }`. */
  function ownNames(php: Readonly<Record<string, unknown>>): object {
    const named = Object.entries(php).map(([name, value]) => [
      name
        .slice('OPT_'.length)
        .toLowerCase()
        .replace(/_[a-z]/g, (pair) => pair[1]!.toUpperCase()),
      typeof value === 'string' ? value.replace(/^[A-Z]+_/, '').toLowerCase() : value,
    ]);
    return Object.fromEntries(named) as object;
  }

  it('is checked with options of every kind', () => {
    expect(scenarios.length).toBeGreaterThan(60);
  });

  it.each(scenarios)('places keys as php-memcached in $id', (scenario) => {
    expect(
      wrongPlacements(scenario, presets.phpMemcached(ownNames(scenario.options['php'] as Record<string, unknown>))),
    ).toEqual([]);
  });

  it.each(scenariosOf('pecl-memcached', ({ id }) => id.startsWith('distribution_consistent-set-AFTER-addServers')))(
    'places keys as php-memcached in $id',
    (scenario) => {
      const options = { distribution: 'consistent', setAfterServers: true } as const;
      expect(wrongPlacements(scenario, presets.phpMemcached(options))).toEqual([]);
    },
  );

  it.each(scenariosOf('pecl-memcached', ({ id }) => id.startsWith('prefix-')))(
    'places keys as php-memcached in $id',
    (scenario) => {
      const { prefix, hashWithPrefix } = scenario.options;
      const prefixed = { prefixKey: prefix as string, hashWithPrefixKey: hashWithPrefix as boolean };
      expect(wrongPlacements(scenario, presets.phpMemcached({ libketamaCompatible: true, ...prefixed }))).toEqual([]);
    },
  );

  it.each(scenariosOf('failover', ({ algorithm }) => algorithm === 'libmemcached-ketama-weighted-ejected'))(
    'places keys as php-memcached does without the dead nodes of $id',
    ({ nodes, options, cases }) => {
      const configured = presets.phpMemcached({ libketamaCompatible: true, removeFailedServers: true });
      const ring = createRing(nodes, configured).eject(options['dead'] as readonly number[]);
      const wrong = cases.filter(({ key, expected }) => ring.pick(key) !== expected);
      expect(wrong.slice(0, 3)).toEqual([]);
    },
  );
});

describe('presets.libmemcached', () => {
  const behaviors = {
    ketama_weighted: { ketamaWeighted: true },
    ketama: { ketama: true },
    modula: {},
    'ketama-hash-crc-TIES': { ketama: true, hash: 'crc' },
  } as const;

  it.each(Object.entries(behaviors))('places keys as the C library with %s', (prefix, given) => {
    const scenarios = scenariosOf('libmemcached-c', ({ id }) => id.startsWith(`${prefix}/`));
    expect(scenarios.length).toBeGreaterThan(0);
    for (const scenario of scenarios) expect(wrongPlacements(scenario, presets.libmemcached(given))).toEqual([]);
  });
});
