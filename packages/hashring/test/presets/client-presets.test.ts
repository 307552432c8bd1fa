import { describe, expect, it } from 'vitest';

import { createRing, presets, type RingOptions } from '../../src/index.ts';

type Preset = (options?: Readonly<Record<string, unknown>>) => RingOptions;

const three = [{ host: '10.0.0.1' }, { host: '10.0.0.2' }, { host: '10.0.0.3' }];

describe.each<[keyof typeof presets, Readonly<Record<string, unknown>>, RingOptions]>([
  ['dalli', {}, { algorithm: 'dalli', namespace: '', failover: true }],
  [
    'dalli',
    { namespace: 'app', failover: false, expiresIn: 60 },
    { algorithm: 'dalli', namespace: 'app', failover: false },
  ],
  ['flexihash', {}, { algorithm: 'flexihash', hash: 'crc32', replicas: 64 }],
  ['flexihash', { hasher: 'md5', replicas: 200 }, { algorithm: 'flexihash', hash: 'md5', replicas: 200 }],
  ['gomemcache', { timeout: 100 }, { algorithm: 'gomemcache' }],
  ['memjs', { retries: 3 }, { algorithm: 'memjs', failover: false }],
  ['memjs', { failover: true }, { algorithm: 'memjs', failover: true }],
  ['npmHashring', {}, { algorithm: 'npm-hashring', hash: 'md5', vnodeCount: 40, replicas: 4, defaultPort: 0 }],
  [
    'npmHashring',
    {
      algorithm: 'sha1',
      compatibility: 'hash_ring',
      replicas: 5,
      vnodeCount: 100,
      defaultPort: 11_211,
      maxCacheSize: 9,
    },
    { algorithm: 'npm-hashring', hash: 'sha1', vnodeCount: 100, replicas: 3, defaultPort: 11_211 },
  ],
  [
    'npmHashring',
    { compatibility: 'ketama', replicas: 2 },
    { algorithm: 'npm-hashring', hash: 'md5', vnodeCount: 40, replicas: 4, defaultPort: 0 },
  ],
  [
    'npmMemcached',
    { namespace: 'app:', remove: true, poolSize: 5 },
    { algorithm: 'npm-memcached', hash: 'md5', compatibility: 'ketama', namespace: 'app:', remove: true },
  ],
  ['pymemcache', { usePooling: true }, { algorithm: 'pymemcache' }],
  ['pythonMemcached', { deadRetry: 30 }, { algorithm: 'python-memcached' }],
  ['spymemcached', {}, { algorithm: 'spymemcached-arraymod', hash: 'NATIVE_HASH', failureMode: 'Redistribute' }],
  [
    'spymemcached',
    { locatorType: 'CONSISTENT' },
    {
      algorithm: 'spymemcached-ketama',
      hash: 'NATIVE_HASH',
      format: 'SPYMEMCACHED',
      weighted: false,
      failureMode: 'Redistribute',
    },
  ],
  [
    'spymemcached',
    {
      locatorType: 'CONSISTENT',
      hashAlg: 'KETAMA_HASH',
      ketamaNodeKeyFormat: 'LIBMEMCACHED',
      weighted: true,
      failureMode: 'Cancel',
    },
    {
      algorithm: 'spymemcached-ketama',
      hash: 'KETAMA_HASH',
      format: 'LIBMEMCACHED',
      weighted: true,
      failureMode: 'Cancel',
    },
  ],
])('presets.%s(%j)', (name, options, expected) => {
  const preset = presets[name] as unknown as Preset;

  it('is what createRing takes', () => {
    expect(preset(options)).toEqual(expected);
    expect(createRing(three, preset(options)).options).toEqual(expected);
  });

  it('refuses an option that its client does not have, and names it', () => {
    expect(() => preset({ ...options, nonsense: 1 })).toThrow(`${name} has no option "nonsense"; it has `);
  });
});

describe.each<[keyof typeof presets, string, unknown]>([
  ['dalli', 'failover', 'yes'],
  ['flexihash', 'hasher', 'sha1'],
  ['flexihash', 'replicas', 0],
  ['memjs', 'failover', 1],
  ['npmHashring', 'algorithm', 'sha512'],
  ['npmHashring', 'compatibility', 'libketama'],
  ['npmHashring', 'vnodeCount', 0.5],
  ['npmMemcached', 'compatibility', 'none'],
  ['spymemcached', 'locatorType', 'VBUCKET'],
  ['spymemcached', 'hashAlg', 'MD5'],
])('presets.%s', (name, option, value) => {
  it(`refuses ${JSON.stringify(value)} for ${option}`, () => {
    const preset = presets[name] as unknown as Preset;
    expect(() => preset({ [option]: value })).toThrow(RangeError);
    expect(() => preset({ [option]: value })).toThrow(`${option} of ${name} must be`);
  });
});
