import { describe, expect, it } from 'vitest';

import { peclServer } from '../../src/labels/pecl-server.ts';

describe("PECL memcache's label", () => {
  it.each([
    [{ host: 'cache-a' }, 'cache-a:11211'],
    [{ host: 'cache-a', port: 11_212 }, 'cache-a:11212'],
    [{ host: '/run/cache.sock' }, 'unix:///run/cache.sock:0'],
    [{ host: 'unix:///run/cache.sock' }, 'unix:///run/cache.sock:0'],
    [{ host: 'cache-a', label: 'cache-b:1' }, 'cache-b:1'],
  ])('of %o is %s', (node, label) => {
    expect(peclServer(node)).toBe(label);
  });
});
