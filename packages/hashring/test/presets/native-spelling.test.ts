import { describe, expect, it } from 'vitest';

import { createRing, presets, type RingOptions } from '../../src/index.ts';

const three = [{ host: '10.0.0.1' }, { host: '10.0.0.2' }, { host: '10.0.0.3' }];

/** A configuration as it stands in a program with that client, and in our words. */
const CONFIGURATIONS: readonly (readonly [keyof typeof presets, RingOptions, RingOptions])[] = [
  [
    'dalli',
    presets.dalli({
      namespace: 'app',
      expires_in: 300,
      compress: true,
      socket_timeout: 0.5,
      down_retry_delay: 30,
      failover: false,
    }),
    presets.dalli({ namespace: 'app', expiresIn: 300, failover: false }),
  ],
  [
    'pymemcache',
    presets.pymemcache({
      use_pooling: true,
      max_pool_size: 10,
      connect_timeout: 1,
      ignore_exc: true,
      no_delay: true,
      retry_attempts: 2,
      dead_timeout: 60,
    }),
    presets.pymemcache({ usePooling: true }),
  ],
  [
    'pythonMemcached',
    presets.pythonMemcached({ debug: 0, dead_retry: 30, socket_timeout: 3, pickleProtocol: 2, cache_cas: false }),
    presets.pythonMemcached({ deadRetry: 30 }),
  ],
  [
    'npmHashring',
    presets.npmHashring({ 'vnode count': 60, 'default port': 11_211, 'max cache size': 5000, replicas: 4 }),
    presets.npmHashring({ vnodeCount: 60, defaultPort: 11_211 }),
  ],
  [
    'npmMemcached',
    presets.npmMemcached({ poolSize: 25, retries: 2, retry: 10_000, remove: true, namespace: 'app:' }),
    { algorithm: 'npm-memcached', hash: 'md5', compatibility: 'ketama', namespace: 'app:', remove: true },
  ],
  [
    'memjs',
    presets.memjs({ failover: true, timeout: 1, keepAlive: true, retry_delay: 0.2, expires: 600 }),
    { algorithm: 'memjs', failover: true },
  ],
  [
    'pecl',
    presets.pecl({
      'memcache.allow_failover': '0',
      'memcache.max_failover_attempts': '5',
      'memcache.chunk_size': '8192',
      'memcache.default_port': '11211',
      'memcache.hash_strategy': 'standard',
      'memcache.hash_function': 'fnv',
      'memcache.prefix_host_key': 'Off',
      'memcache.prefix_static_key': 'app:',
    }),
    presets.pecl({
      strategy: 'standard',
      function: 'fnv',
      prefix: 'app:',
      allowFailover: false,
      maxFailoverAttempts: 5,
    }),
  ],
  [
    'pecl',
    presets.pecl({ allow_failover: false, hash_strategy: 'consistent', hash_function: 'crc32' }),
    presets.pecl({ allowFailover: false }),
  ],
  [
    'phpMemcached',
    presets.phpMemcached({
      'Memcached::OPT_DISTRIBUTION': 'Memcached::DISTRIBUTION_CONSISTENT',
      'Memcached::OPT_LIBKETAMA_COMPATIBLE': true,
      'Memcached::OPT_HASH': 'Memcached::HASH_FNV1A_64',
      'Memcached::OPT_PREFIX_KEY': 'app:',
      'Memcached::OPT_REMOVE_FAILED_SERVERS': 1,
      'Memcached::OPT_BINARY_PROTOCOL': true,
      'Memcached::OPT_TCP_NODELAY': true,
    }),
    presets.phpMemcached({ libketamaCompatible: true, hash: 'fnv1a_64', removeFailedServers: true }),
  ],
  [
    'phpMemcached',
    presets.phpMemcached({ OPT_HASH: 'HASH_CRC', OPT_LIBKETAMA_COMPATIBLE: true }),
    presets.phpMemcached({ hash: 'crc', libketamaCompatible: true }),
  ],
  [
    'libmemcached',
    presets.libmemcached({
      MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED: 1,
      MEMCACHED_BEHAVIOR_HASH: 'MEMCACHED_HASH_CRC',
      MEMCACHED_CALLBACK_NAMESPACE: 'app:',
      MEMCACHED_BEHAVIOR_HASH_WITH_PREFIX_KEY: 1,
      MEMCACHED_BEHAVIOR_NO_BLOCK: 1,
    }),
    presets.libmemcached({ ketamaWeighted: true, hash: 'crc', namespace: 'app:', hashWithPrefixKey: true }),
  ],
  [
    'libmemcached',
    presets.libmemcached({ MEMCACHED_BEHAVIOR_DISTRIBUTION: 'MEMCACHED_DISTRIBUTION_CONSISTENT_KETAMA_SPY' }),
    presets.libmemcached({ distribution: 'consistent_ketama_spy' }),
  ],
  [
    'pylibmc',
    presets.pylibmc({ tcp_nodelay: true, ketama: true, dead_timeout: 10, remove_failed: 4, _noreply: false }),
    presets.pylibmc({ ketama: true, remove_failed: 1 }),
  ],
  [
    'cacheMemcached',
    presets.cacheMemcached({ debug: 0, compress_threshold: 10_000, namespace: 'app:' }),
    { algorithm: 'cache-memcached' },
  ],
  [
    'cacheMemcachedFast',
    presets.cacheMemcachedFast({
      namespace: 'app:',
      hash_namespace: 1,
      ketama_points: 150,
      connect_timeout: 0.2,
      nowait: 1,
    }),
    { algorithm: 'cache-memcached-fast', ketamaPoints: 150, hashPrefix: 'app:' },
  ],
  [
    'flexihash',
    presets.flexihash({ hasher: 'Md5Hasher', replicas: 128 }),
    presets.flexihash({ hasher: 'md5', replicas: 128 }),
  ],
  ['gomemcache', presets.gomemcache({ Timeout: 100, MaxIdleConns: 4 }), presets.gomemcache({ maxIdleConns: 4 })],
  [
    'spymemcached',
    presets.spymemcached({
      protocol: 'BINARY',
      locatorType: 'CONSISTENT',
      hashAlg: 'KETAMA_HASH',
      failureMode: 'Redistribute',
      opTimeout: 1000,
      useNagleAlgorithm: false,
    }),
    presets.spymemcached({ locatorType: 'CONSISTENT', hashAlg: 'KETAMA_HASH' }),
  ],
  ['nginx', presets.nginx({ hash: '$memcached_key consistent' }), presets.nginx({ consistent: true })],
  [
    'twemproxy',
    presets.twemproxy({
      alpha: {
        listen: '127.0.0.1:22121',
        hash: 'fnv1a_64',
        hash_tag: '{}',
        distribution: 'ketama',
        auto_eject_hosts: true,
        server_retry_timeout: 2000,
        server_failure_limit: 1,
        servers: ['127.0.0.1:11211:1 one'],
      },
    }).options,
    { algorithm: 'twemproxy-ketama', hash: 'fnv1a_64', hashTag: '{}', autoEjectHosts: true },
  ],
  [
    'mcrouter',
    presets.mcrouter({
      pools: { A: { servers: ['127.0.0.1:5000', '127.0.0.1:5001'] } },
      route: { type: 'PoolRoute', pool: 'A', hash: { hash_func: 'Ch3', salt: 's' } },
    }).options,
    { algorithm: 'mcrouter-ch3', salt: 's' },
  ],
];

describe.each(CONFIGURATIONS)("presets.%s, given its client's own configuration", (_name, native, ours) => {
  it('is the ring that our words for it make', () => {
    expect(native).toEqual(ours);
    expect(createRing(three, native).pick('user:42')).toBe(createRing(three, ours).pick('user:42'));
  });
});

it('has a configuration of every client', () => {
  const covered = new Set(CONFIGURATIONS.map(([name]) => name));
  expect(Object.keys(presets).filter((name) => !covered.has(name as keyof typeof presets))).toEqual([]);
});

describe('an option in two spellings', () => {
  it.each([
    [() => presets.dalli({ expires_in: 1, expiresIn: 2 }), 'dalli has both "expires_in" and "expiresIn"'],
    [
      () => presets.npmHashring({ vnodeCount: 1, 'vnode count': 1 }),
      'npmHashring has both "vnodeCount" and "vnode count"',
    ],
    [
      () => presets.pecl({ hash_strategy: 'standard', 'memcache.hash_strategy': 'standard' }),
      'pecl has both "hash_strategy" and "memcache.hash_strategy"',
    ],
    [() => presets.phpMemcached({ OPT_HASH: 'HASH_MD5', hash: 'md5' }), 'phpMemcached has both "OPT_HASH" and "hash"'],
  ])('is refused by name', (make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe('a wrong value', () => {
  it('is named as the client spells its option', () => {
    expect(() => presets.phpMemcached({ OPT_HASH: 'Memcached::HASH_HSIEH' })).toThrow(
      /^OPT_HASH of phpMemcached must be one of .*setting hsieh fails .*, got "Memcached::HASH_HSIEH"$/,
    );
    expect(() => presets.npmHashring({ 'vnode count': 0 })).toThrow('vnode count of npmHashring must be an integer');
  });
});
