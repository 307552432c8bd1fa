import { describe, expect, it } from 'vitest';

import { spymemcachedLabel } from '../../src/labels/spymemcached-label.ts';

describe('the format SPYMEMCACHED', () => {
  const label = spymemcachedLabel('SPYMEMCACHED');

  // As Java 17 prints the socket addresses, but for the slash in front.
  it.each([
    ['10.0.0.1', '10.0.0.1:11211'],
    ['::1', '[0:0:0:0:0:0:0:1]:11211'],
    ['[2001:DB8::ff]', '[2001:db8:0:0:0:0:0:ff]:11211'],
    ['::', '[0:0:0:0:0:0:0:0]:11211'],
    ['1::', '[1:0:0:0:0:0:0:0]:11211'],
    ['fe80:0:0:1::9', '[fe80:0:0:1:0:0:0:9]:11211'],
    ['1:2:3:4:5:6:7:8', '[1:2:3:4:5:6:7:8]:11211'],
    ['64:ff9b::1.2.3.4', '[64:ff9b:0:0:0:0:102:304]:11211'],
    ['::ffff:10.0.0.5', '10.0.0.5:11211'],
    ['cache-1', 'cache-1/<unresolved>:11211'],
  ])('makes of %s the socket address %s', (host, expected) => {
    expect(label({ host })).toBe(expected);
  });

  it('takes the label for a name that Java resolves', () => {
    expect(label({ host: 'cache-1', label: 'cache-1/10.0.0.1:11211' })).toBe('cache-1/10.0.0.1:11211');
  });
});

describe('the format LIBMEMCACHED', () => {
  const label = spymemcachedLabel('LIBMEMCACHED');

  it.each([
    ['cache-1', 11_211, 'cache-1'],
    ['cache-1', 11_212, 'cache-1:11212'],
    ['10.0.0.1', 11_211, '10.0.0.1'],
    ['::1', 11_212, '0:0:0:0:0:0:0:1:11212'],
  ])('makes of %s and %d %s', (host, port, expected) => {
    expect(label({ host, port })).toBe(expected);
  });

  it('takes the label for an address whose name Java finds', () => {
    expect(label({ host: '10.0.0.1', label: 'cache-1' })).toBe('cache-1');
  });
});
