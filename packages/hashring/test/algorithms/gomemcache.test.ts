import { describe, expect, it } from 'vitest';

import { createRing } from '../../src/index.ts';
import { crc32 } from '../../src/hashes/crc32.ts';

describe('gomemcache', () => {
  it('has a server in its list as often as its weight says', () => {
    const nodes = [{ host: 'a' }, { host: 'b', weight: 3 }, { host: 'c', weight: 0 }, { host: 'd' }];
    const { pick } = createRing(nodes, { algorithm: 'gomemcache' });
    for (let i = 0; i < 200; i++) expect(pick(`key:${i}`)).toBe([0, 1, 1, 1, 3][(crc32.key(`key:${i}`) >>> 0) % 5]);
  });
});
