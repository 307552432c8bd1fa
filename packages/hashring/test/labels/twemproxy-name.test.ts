import { describe, expect, it } from 'vitest';

import { compareTwemproxyNames, twemproxyName } from '../../src/labels/twemproxy-name.ts';

describe("twemproxy's server name", () => {
  it.each([
    [{ host: 'cache-a' }, 'cache-a'],
    [{ host: 'cache-a', port: 11_212 }, 'cache-a:11212'],
    [{ host: '::1', port: 11_212 }, '::1:11212'],
    [{ host: '/run/cache.sock' }, '/run/cache.sock:'],
    [{ host: '/run/cache.sock', label: 'local' }, 'local'],
    [{ host: 'cache-a', label: 'first' }, 'first'],
  ])('of %o is %s', (node, name) => {
    expect(twemproxyName(node)).toBe(name);
  });
});

describe("twemproxy's order of servers", () => {
  it('is by the length of names first, then by their bytes', () => {
    const names = ['zz', 'a', 'é', 'b', 'aaa', 'Z', 'zé', '\u{1f600}', '\uffee'];
    const nodes = names.map((label) => ({ host: 'any', label }));
    // é has two bytes, and the full-width sign comes before the emoji only by length.
    expect(nodes.sort(compareTwemproxyNames).map(({ label }) => label)).toEqual([
      'Z',
      'a',
      'b',
      'zz',
      'é',
      'aaa',
      'zé',
      '\uffee',
      '\u{1f600}',
    ]);
  });

  it('is by bytes, not by UTF-16 units', () => {
    const nodes = [{ label: '\u{1f600}' }, { label: '\uffeea' }].map((node) => ({ host: 'any', ...node }));
    expect(nodes.sort(compareTwemproxyNames).map(({ label }) => label)).toEqual(['\uffeea', '\u{1f600}']);
  });
});
