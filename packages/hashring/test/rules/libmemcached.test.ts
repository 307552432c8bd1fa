import { describe, expect, it } from 'vitest';

import { createRing, type RingOptions } from '../../src/index.ts';
import { checkScenario } from '../../src/vectors/check-scenario.ts';
import { parseVectorFile } from '../../src/vectors/vector-file.ts';

const servers = ['a', 'b', 'c', 'd'].map((host, index) => ({ host, port: 11_211, weight: index + 1 }));
const keys = Array.from({ length: 200 }, (_, i) => `key:${i}`);

/** What becomes of a scenario in which every key was found where a ring with these options puts it. */
function check(algorithm: string, options: object, ring: RingOptions, dead: readonly number[] = []) {
  const expected = createRing(servers, ring);
  const live = dead.length === 0 ? expected : expected.eject(dead);
  const scenario = { algorithm, options: { ...options, dead }, servers, picks: keys.map((key) => live.pick(key)) };
  const { mismatches, cases, skipped } = checkScenario(
    parseVectorFile(JSON.stringify({ client: 'one', keys, scenarios: [scenario] })).scenarios[0]!,
  );
  return { wrong: mismatches.length, cases, skipped };
}

const right = { wrong: 0, cases: 200, skipped: undefined };

describe('scenarios of libmemcached', () => {
  it.each<[string, object, RingOptions]>([
    [
      'libmemcached-consistent',
      { hash: 'HASH_CRC' },
      { algorithm: 'libmemcached-consistent', hash: 'crc', weighted: 'never' },
    ],
    [
      'libmemcached-consistent',
      { weighted: 'auto', hashPrefix: 'p' },
      { algorithm: 'libmemcached-consistent', hashPrefix: 'p' },
    ],
    [
      'libmemcached-consistent-then-autoweighted',
      { hash: 'default(one_at_a_time)' },
      { algorithm: 'libmemcached-consistent' },
    ],
    [
      'libmemcached-modula',
      { prefix: 'x', hashWithPrefix: true },
      { algorithm: 'libmemcached-modula', hashPrefix: 'x' },
    ],
    ['libmemcached-ketama-weighted', { prefix: 'x', hashWithPrefix: false }, { algorithm: 'ketama' }],
  ])('%s with %j are read as their clients mean them', (algorithm, options, ring) => {
    expect(check(algorithm, options, ring)).toEqual(right);
  });

  it('are asked of the live servers where some are ejected', () => {
    expect(check('libmemcached-ketama-weighted-ejected', {}, { algorithm: 'ketama' }, [1, 3])).toEqual(right);
    expect(
      check('libmemcached-consistent-then-autoweighted-ejected', {}, { algorithm: 'libmemcached-consistent' }, [0, 1]),
    ).toEqual(right);
  });

  it('count what another ring would have done as mismatches', () => {
    expect(check('libmemcached-consistent', {}, { algorithm: 'ketama' }).wrong).toBeGreaterThan(50);
  });

  it('are skipped, and told of, where the hash is not known', () => {
    expect(check('libmemcached-modula', { hash: 'HASH_SHA1' }, { algorithm: 'libmemcached-modula' }).skipped).toContain(
      'hash of libmemcached-modula must be one of',
    );
  });
});
