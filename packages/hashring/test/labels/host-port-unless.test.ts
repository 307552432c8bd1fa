import { describe, expect, it } from 'vitest';

import { hostPortUnless } from '../../src/labels/host-port-unless.ts';

describe('hostPortUnless', () => {
  it.each([
    [{ host: 'a' }, 'a', 'a:11211'],
    [{ host: 'a', port: 11_212 }, 'a:11212', 'a:11212'],
    [{ host: '/run/a.sock' }, '/run/a.sock', '/run/a.sock'],
    [{ host: 'a', label: 'first' }, 'first', 'first'],
  ])('makes of %j %s, and %s without a default port', (node, without, always) => {
    expect(hostPortUnless(11_211)(node)).toBe(without);
    expect(hostPortUnless(0)(node)).toBe(always);
  });
});
