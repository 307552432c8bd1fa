import { describe, expect, it } from 'vitest';

import { type PeclOptions, presets } from '../../src/index.ts';

describe('presets.pecl', () => {
  it('has the defaults of php.ini', () => {
    expect(presets.pecl()).toEqual({
      algorithm: 'pecl-memcache-consistent',
      hash: 'crc32',
      prefix: '',
      allowFailover: true,
      maxFailoverAttempts: 20,
      charSignedness: 'signed',
    });
  });

  it('takes strategy, function and the rest', () => {
    expect(presets.pecl({ strategy: 'standard', function: 'fnv', prefix: 'p:', allowFailover: false })).toMatchObject({
      algorithm: 'pecl-memcache-standard',
      hash: 'fnv',
      prefix: 'p:',
      allowFailover: false,
    });
  });

  it.each([
    [{ strategy: 'ketama' }, 'strategy of pecl must be one of "consistent", "standard", got "ketama"'],
    [
      { 'memcache.prefix_host_key': 'On' },
      'memcache.prefix_host_key of pecl must be off: give the host name in prefix',
    ],
    [{ default_port: 11_212 }, 'default_port of pecl must be 11211: give each node its port, got 11212'],
    [{ 'memcache.allow_failover': 'perhaps' }, 'memcache.allow_failover of pecl must be true or false, got "perhaps"'],
    [{ function: 'md5' }, 'function of pecl must be one of "crc32", "fnv", got "md5"'],
    [{ hash: 'fnv' }, 'pecl has no option "hash"; it has strategy, function, prefix, allowFailover'],
  ])('refuses %o', (options, message) => {
    expect(() => presets.pecl(options as PeclOptions)).toThrow(message);
  });
});
