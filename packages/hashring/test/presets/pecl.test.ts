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
    [{ function: 'md5' }, 'function of pecl must be one of "crc32", "fnv", got "md5"'],
    [{ hash: 'fnv' }, 'pecl has no option "hash"; it has strategy, function'],
  ])('refuses %o', (options, message) => {
    expect(() => presets.pecl(options as PeclOptions)).toThrow(message);
  });
});
