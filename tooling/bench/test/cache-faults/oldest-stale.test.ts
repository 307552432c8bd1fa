import { describe, expect, it } from 'vitest';

import { oldestStaleMs } from '../../src/cache-faults/partition.ts';

const changes = [{ key: 'a', version: 2, at: 1000 }];

describe('oldestStaleMs', () => {
  it('is how long the version had been outdated in the worst read', () => {
    const reads = [
      { key: 'a', version: 1, at: 1200 },
      { key: 'a', version: 1, at: 1700 },
      { key: 'a', version: 2, at: 9000 },
    ];
    expect(oldestStaleMs(reads, changes)).toBe(700);
  });

  it('is 0 for reads of the new version, of keys that did not change, from before the change, and that failed', () => {
    const reads = [
      { key: 'a', version: 2, at: 1200 },
      { key: 'b', version: 1, at: 1200 },
      { key: 'a', version: 1, at: 900 },
      { key: 'a', version: undefined, at: 1200 },
    ];
    expect(oldestStaleMs(reads, changes)).toBe(0);
  });
});
