import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';
import { allRight, checkOne, checkPicks, keys, servers } from './scenario.ts';

const named = { servers: [], options: { names: ['a', 'b', 'c'] } };

/** One scenario for each rule, that is understood. */
const understood: readonly (readonly [string, object])[] = [
  ['dalli-ring', { options: { lookup: 'predecessor(<=)', keyHash: 'crc32' } }],
  ['dalli-ring-failover', { options: { dead: [0], failover: true } }],
  ['python-memcached', { options: { hash: 'crc32>>16&0x7fff or 1' } }],
  ['python-memcached-rehash', { options: { dead: [0], retries: 3 } }],
  ['pymemcache-rendezvous', { options: { hash: 'murmur3_32', seed: 0 } }],
  ['cache-memcached-perl', { options: { hash: 'crc32>>16&0x7fff', namespace: 'is not hashed' } }],
  ['cache-memcached-fast-ketama', { options: { ketama_points: 150, hash_namespace: 1, namespace: 'n' } }],
  ['cache-memcached-perl-rehash', { options: { dead: [0], tries: 2 } }],
  ['nginx-hash', { options: { max_fails: 1 } }],
  ['nginx-hash-consistent', { options: {} }],
  ['nginx-hash-next', { options: { dead: [0], max_fails: 3 } }],
  ['nginx-hash-consistent-next', { options: { dead: [0], max_fails: 0 } }],
  ['memjs-modulo', { options: { retries: 2 } }],
  ['memjs-modulo-failover', { options: { dead: [0], failover: true } }],
  ['node-hashring', { options: { 'vnode count': 10, namespace: 'n', remove: false } }],
  ['gomemcache', { options: { hash: 'crc32 ieee % n' } }],
  ['libketama', { options: { memory: 'weight*64', label: 'host:port-i (port always present)' } }],
  ['spymemcached-arraymod', { options: { hash: 'CRC_HASH' } }],
  ['spymemcached-ketama', { options: { label: 'LIBMEMCACHED', weighted: true } }],
  ['libmemcached-modula', { options: { hash: 'crc' } }],
  ['libmemcached-ketama-weighted-ejected', { options: { dead: [0] } }],
  ['libhashkit-digest', { servers: [], options: { hash: 'md5', char: 'unsigned' } }],
  ['mcrouter-ch3', { servers: [], options: { buckets: 5, salt: 's' } }],
  ['mcrouter-ch3', { servers: [], options: { buckets: 500_000, salt: 's' } }],
  ['mcrouter-weighted-ch3', { servers: [], options: { weights: [1, 0.5] } }],
  ['spookyhash-v2-32', { servers: [], options: { seed: 1 } }],
  ['jump', { servers: [], keys: ['1', '2'], options: { buckets: 5, keyType: 'uint64 decimal string' } }],
  ['binomial', { servers: [], options: { size: 5, hash: 'md5 first 4 bytes big-endian' } }],
  ['memento', { servers: [], options: { size: 5, ops: ['-2'] } }],
  ['anchorhash', { servers: [], keys: ['1,2', '3,4'], options: { working: 5, capacity: 9, ops: ['-2'] } }],
  ['maglev', { servers: [], options: { ...named.options, M: 251, dead: [1], keyHash: 'siphash24(0,0)' } }],
  ['multi-probe', { ...named, options: { ...named.options, probes: 5, nodeSeed: 7, probeSeeds: [8, 9] } }],
];

function skippedFor(algorithm: string, scenario: object, options: object): string | undefined {
  const whole = { servers, keys: ['a', 'b'], ...(scenario as { options: object }) };
  return checkOne({ algorithm, ...whole, options: { ...whole.options, ...options }, picks: [0, 0] }).skipped;
}

describe('the options of a scenario', () => {
  it.each(understood)('%s are understood with any note: %j', (algorithm, scenario) => {
    expect(skippedFor(algorithm, scenario, {})).toBeUndefined();
    expect(skippedFor(algorithm, scenario, { note: 'any words' })).toBeUndefined();
  });

  it.each(understood)('%s are not passed over in silence: %j', (algorithm, scenario) => {
    expect(skippedFor(algorithm, scenario, { shuffle: true })).toContain('shuffle true');
    expect(skippedFor(algorithm, scenario, { note: 5 })).toContain('note 5');
  });

  it.each<[string, object, object, string]>([
    ['dalli-ring', {}, { lookup: 'successor' }, 'lookup "successor" are not understood, only with "predecessor(<=)"'],
    ['pymemcache-rendezvous', {}, { seed: 1 }, 'seed 1 are not understood, only with 0'],
    ['gomemcache', {}, { hash: 'fnv' }, 'hash "fnv" are not understood, only with "crc32 ieee % n"'],
    ['python-memcached', {}, { dead: [1] }, 'dead [1]'],
    ['libketama', {}, { memory: 'plenty' }, 'memory must be weight or weight*100 or the like, got "plenty"'],
    ['libhashkit-digest', { options: { hash: 'md5' } }, { char: 'odd' }, 'char must be signed or unsigned, got "odd"'],
    ['node-hashring', {}, { compatibility: 'x' }, 'compatibility must be ketama or hash_ring, got "x"'],
    ['mcrouter-ch3', { servers: [] }, { buckets: 3, weights: [1] }, 'weights [1]'],
    ['cache-memcached-perl', {}, { ketama_points: 150 }, 'ketama_points 150'],
  ])('%s %j with %j are refused', (algorithm, scenario, options, reason) => {
    expect(skippedFor(algorithm, scenario, options)).toContain(reason);
  });
});

describe('options with a say', () => {
  it('are applied: namespace, prefixes and vnodes', () => {
    const dalli = createRing(servers, { algorithm: 'dalli', namespace: 'app' });
    expect(checkPicks({ algorithm: 'dalli-ring', options: { namespace: 'app' } }, dalli.pick)).toEqual(allRight);
    const hashring = createRing(servers, { algorithm: 'npm-hashring', vnodeCount: 9 });
    const options = { vnodes: 9, namespace: 'app' };
    expect(checkPicks({ algorithm: 'node-hashring', options }, (key) => hashring.pick(`app${key}`))).toEqual(allRight);
  });

  it('are applied: memory of libketama, which decides how shares are rounded', () => {
    const weighted = [40_000_003, 1, 3, 5].map((weight, i) => ({ ...servers[i]!, weight }));
    const ring = createRing(
      weighted.map((node) => ({ ...node, weight: node.weight * 7 })),
      { algorithm: 'libketama' },
    );
    const scenario = { algorithm: 'libketama', servers: weighted, options: { memory: 'weight*7' } };
    expect(checkPicks(scenario, ring.pick)).toEqual(allRight);
    const huge = { ...scenario, options: { memory: 'weight*1000' } };
    expect(checkPicks(huge, ring.pick).skipped).toContain('must be an integer from 0 to 4294967295');
  });

  it('are applied: the salt of mcrouter, with more buckets than a ring is built for', () => {
    const scenario = (options: object) => ({ algorithm: 'mcrouter-ch3', servers: [], options });
    const answers = (options: object, listed: readonly string[]) =>
      checkOne({ ...scenario(options), keys: listed, picks: listed.map(() => -2) }).mismatches.map((m) => m.answered);
    const salted = answers({ buckets: 500_000, salt: 'x' }, keys);
    expect(salted).toHaveLength(200);
    expect(salted).toEqual(
      answers(
        { buckets: 500_000 },
        keys.map((key) => `${key}x`),
      ),
    );
    expect(salted).not.toEqual(answers({ buckets: 500_000 }, keys));
  });

  it('are applied: the seeds of multi-probe, and 21 probes by default', () => {
    const names = ['a', 'b', 'c', 'd'];
    const ring = createRing(
      names.map((host) => ({ host, label: host })),
      { algorithm: 'multi-probe', hash: 'siphash24', probes: 21 },
    );
    const scenario = (options: object) => ({ algorithm: 'multi-probe', servers: [], options: { names, ...options } });
    expect(checkPicks(scenario({ nodeSeed: 0, probeSeeds: [1, 2] }), ring.pick)).toEqual(allRight);
    expect(checkPicks(scenario({}), ring.pick)).toEqual(allRight);
    expect(checkPicks(scenario({ nodeSeed: 5 }), ring.pick).wrong).toBeGreaterThan(50);
    expect(checkPicks(scenario({ probeSeeds: [2, 1] }), ring.pick).wrong).toBeGreaterThan(20);
    expect(checkPicks(scenario({ probeSeeds: [1] }), ring.pick).skipped).toContain('two probeSeeds');
  });
});
