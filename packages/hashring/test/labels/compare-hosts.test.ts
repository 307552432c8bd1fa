import { describe, expect, it } from 'vitest';

import { compareHosts } from '../../src/labels/compare-hosts.ts';

describe('compareHosts', () => {
  it('goes by the bytes of the host, then by the port, and takes a socket for its path', () => {
    const sorted = [
      { host: 'unix:///run/a.sock' },
      { host: '/run/b.sock' },
      { host: 'a', port: 80 },
      { host: 'a' },
      { host: 'ｚ' },
      { host: '😀' },
    ];
    expect(sorted.toReversed().sort(compareHosts)).toEqual(sorted);
  });
});
