import { describe, expect, it } from 'vitest';

import { createRing, type RingOptions } from '../../src/index.ts';
import { checkScenario } from '../../src/vectors/check-scenario.ts';
import { parseVectorFile } from '../../src/vectors/vector-file.ts';
import { allRight, checkPicks } from './scenario.ts';

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

  const crc = { algorithm: 'ketama', hash: 'crc' } as const;

  it.each<[string, object, RingOptions, readonly number[]]>([
    [
      'libmemcached-ketama-weighted-ejected',
      { OPT_LIBKETAMA_COMPATIBLE: true, OPT_HASH: 'HASH_CRC', OPT_REMOVE_FAILED_SERVERS: true },
      crc,
      [1],
    ],
    ['libmemcached-ketama-weighted', { php: { OPT_LIBKETAMA_COMPATIBLE: true, OPT_HASH: 'HASH_CRC' } }, crc, []],
    [
      'libmemcached-ketama-weighted',
      { php: { OPT_HASH: 'HASH_CRC', OPT_LIBKETAMA_COMPATIBLE: true } },
      { algorithm: 'ketama' },
      [],
    ],
    [
      'libmemcached-ketama-weighted',
      { hash: 'crc', php: { 'Memcached::OPT_LIBKETAMA_COMPATIBLE': true, OPT_HASH: 'HASH_CRC' } },
      crc,
      [],
    ],
    [
      'libmemcached-modula',
      { sortHosts: true, php: { OPT_HASH: 'HASH_MD5' } },
      { algorithm: 'libmemcached-modula', hash: 'md5', sortHosts: true },
      [],
    ],
    [
      'libmemcached-ketama-weighted',
      { php: { OPT_LIBKETAMA_COMPATIBLE: true, OPT_PREFIX_KEY: 'p', OPT_HASH_WITH_PREFIX_KEY: true } },
      { algorithm: 'ketama', hashPrefix: 'p' },
      [],
    ],
    [
      'libmemcached-ketama-spy-autoweighted',
      { behaviors: { distribution: 'consistent ketama spy', hash: 'murmur' } },
      { algorithm: 'libmemcached-ketama-spy', hash: 'murmur' },
      [],
    ],
    [
      'libmemcached-consistent',
      { behaviors: { ketama: true, hash: 'crc' } },
      { algorithm: 'libmemcached-consistent', hash: 'crc', weighted: 'never' },
      [],
    ],
  ])('%s follow the settings of the client: %j', (algorithm, options, ring, dead) => {
    expect(check(algorithm, options, ring, dead)).toEqual(right);
  });

  it.each<[string, object, string]>([
    [
      'libmemcached-modula',
      { php: { OPT_DISTRIBUTION: 'DISTRIBUTION_CONSISTENT' } },
      'make libmemcached-consistent, but',
    ],
    ['libmemcached-modula', { hash: 'md5', php: { OPT_HASH: 'HASH_CRC' } }, 'hash is "md5", but'],
    ['libmemcached-modula', { OPT_NONSENSE: 1 }, 'nonsense'],
    ['libmemcached-modula', { behaviors: { nonsense: 1 } }, 'nonsense'],
    ['libmemcached-modula', { behaviors: {}, OPT_HASH: 'HASH_CRC' }, 'behaviors or OPT_ options, not both'],
    ['libmemcached-modula', { hashWithPrefix: true }, 'a prefix that is hashed must be a string'],
  ])('%s with %j contradict themselves', (algorithm, options, reason) => {
    expect(check(algorithm, options, { algorithm: 'libmemcached-modula' }).skipped).toContain(reason);
  });

  it.each<[string, object, RingOptions]>([
    ['libmemcached-modula-ejected', { OPT_REMOVE_FAILED_SERVERS: true }, { algorithm: 'libmemcached-modula' }],
    ['libmemcached-modula-ejected', { removeFailedServers: true }, { algorithm: 'libmemcached-modula' }],
    ['libmemcached-ketama-weighted-ejected', { removeFailedServers: false }, { algorithm: 'ketama' }],
    [
      'libmemcached-ketama-weighted-ejected',
      { OPT_LIBKETAMA_COMPATIBLE: true, OPT_REMOVE_FAILED_SERVERS: false },
      { algorithm: 'ketama' },
    ],
  ])('%s with %j leave a dead server in the list: its keys have none', (algorithm, options, ring) => {
    const { pick } = createRing(servers, ring);
    const expected = (key: string) => (pick(key) === 2 ? -1 : pick(key));
    expect(checkPicks({ algorithm, servers, options: { ...options, dead: [2] } }, expected)).toEqual(allRight);
  });
});
