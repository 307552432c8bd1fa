import { describe, expect, it } from 'vitest';

import { presets } from '../../src/index.ts';

describe('presets.cacheMemcached', () => {
  it('is the same ring whatever the parameters are', () => {
    const ring = { algorithm: 'cache-memcached' };
    expect(presets.cacheMemcached()).toEqual(ring);
    expect(presets.cacheMemcached({ namespace: 'x:', no_rehash: 1, compress_threshold: 10_000 })).toEqual(ring);
  });

  it('refuses a parameter that the module does not have', () => {
    expect(() => presets.cacheMemcached({ ketama_points: 150 } as object)).toThrow('has no option "ketama_points"');
  });
});

describe('presets.cacheMemcachedFast', () => {
  it('hashes a namespace only where it is told to', () => {
    const ring = { algorithm: 'cache-memcached-fast', ketamaPoints: 150 };
    const parameters = { ketama_points: 150, namespace: 'x:', io_timeout: 0.5 };
    expect(presets.cacheMemcachedFast(parameters)).toEqual({ ...ring, hashPrefix: '' });
    expect(presets.cacheMemcachedFast({ ...parameters, hash_namespace: 0 })).toEqual({ ...ring, hashPrefix: '' });
    expect(presets.cacheMemcachedFast({ ...parameters, hash_namespace: 1 })).toEqual({ ...ring, hashPrefix: 'x:' });
    expect(presets.cacheMemcachedFast({ ...parameters, hash_namespace: true })).toEqual({ ...ring, hashPrefix: 'x:' });
  });

  it('has no ring by default', () => {
    expect(presets.cacheMemcachedFast()).toMatchObject({ ketamaPoints: 0 });
  });

  it('refuses what the module does not take', () => {
    expect(() => presets.cacheMemcachedFast({ rehash: 1 } as object)).toThrow('has no option "rehash"');
    expect(() => presets.cacheMemcachedFast({ ketama_points: 1.5 })).toThrow('ketama_points of cacheMemcachedFast');
  });
});
