import { expect, it } from 'vitest';

import { bucketTable } from '../../src/lookups/bucket-table.ts';

it('a table of buckets is refused where there is no point', () => {
  const none = new Uint32Array(0);
  expect(() => bucketTable({ values: none, owners: none, counts: none }, 1024)).toThrow('all weights are 0');
});
