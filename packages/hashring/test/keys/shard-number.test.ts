import { expect, it } from 'vitest';

import { loadKey } from '../../src/keys/key-buffer.ts';
import { shardNumber } from '../../src/keys/shard-number.ts';

it.each([
  ['prefix:3:suffix', 3],
  ['prefix:007:', 7],
  [':12:', 12],
  ['a:1:2:3', 1],
  ['x:2147483647:y', 2_147_483_647],
])('reads the number between the first two colons of %o: %i', (key, expected) => {
  expect(shardNumber(loadKey(key))).toBe(expected);
});

it.each([
  '',
  'key',
  'key:1',
  'key::x',
  'key:a:b',
  'key:1a:b',
  'key:-1:b',
  'key: 1:b',
  'a:b:1:c',
  'x:21474836480:y',
  'x:99999999999999999999999:',
])('finds no number in %o', (key) => {
  expect(shardNumber(loadKey(key))).toBe(-1);
});
