import { describe, expect, it } from 'vitest';

import { splitFastAddress } from '../../src/labels/fast-address.ts';

describe('an address of Cache::Memcached::Fast', () => {
  it.each([
    ['cache-a:11211', 'cache-a', '11211'],
    ['/run/cache.sock', '/run/cache.sock', ''],
    ['/run/a:1', '/run/a', '1'],
    ['::1:11211', '::1', '11211'],
  ])('%s is cut into %s and %s', (address, host, port) => {
    expect(splitFastAddress(address)).toEqual([host, port]);
  });
});
