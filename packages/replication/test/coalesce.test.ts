import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { coalesce } from '../src/coalesce.ts';
import { anyOperation } from './arbitraries.ts';
import { del, set } from './operations.ts';

it('keeps the last operation of each key', () => {
  const left = coalesce([set('a', 1), del('b'), set('a', 2), set('b', 3), del('a')]);
  expect(left).toHaveLength(2);
  expect(left).toEqual(expect.arrayContaining([del('a'), set('b', 3)]));
});

it('takes keys for the same only when every byte is the same', () => {
  const keys = [Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.from('é'), Buffer.from([0xe9])];
  expect(coalesce(keys.map((key) => ({ kind: 'delete', key })))).toHaveLength(4);
});

it('changes nothing when it is done again', () => {
  fc.assert(
    fc.property(fc.array(anyOperation), (operations) => {
      const once = coalesce(operations);
      expect(coalesce(once)).toEqual(once);
    }),
  );
});
