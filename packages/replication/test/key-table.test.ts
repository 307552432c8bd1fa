import { expect, it } from 'vitest';

import { KeyTable, MAX_TABLE_KEYS } from '../src/block/key-table.ts';
import { draftWrites, unpackWrites } from '../src/operation/packed-writes.ts';

const keyBytes = 4;
/** Keys of four bytes, one behind the other. */
const keys = Buffer.alloc((MAX_TABLE_KEYS + 1) * keyBytes);
for (let index = 1; index <= MAX_TABLE_KEYS; index += 1) keys.writeUInt32BE(index * 40_503, index * keyBytes);

/** The places of all keys in a table that is new, or was used before. */
function placeAll(table: KeyTable, count: number): number[] {
  const writes = draftWrites(keys, count);
  table.open(count);
  return Array.from({ length: count }, (_, index) =>
    table.place(writes, (index + 1) * keyBytes, (index + 2) * keyBytes),
  );
}

it('gives each key a place of its own, also where hashes are the same', () => {
  const order = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  // With some of these starts two of the keys have one hash.
  for (const start of [1, 2, 3, 4]) {
    const table = new KeyTable(start);
    expect(placeAll(table, MAX_TABLE_KEYS)).toEqual(order(MAX_TABLE_KEYS));
    expect(placeAll(table, 100)).toEqual(order(100));
  }
});

it('finds a key again by its bytes, wherever these lie, and none that is only as long or begins alike', () => {
  const bytes = Buffer.from('.user:1.user:1.user:2.user:10');
  const writes = draftWrites(bytes, 4);
  const table = new KeyTable();
  table.open(4);
  const spans = [
    [1, 7],
    [8, 14],
    [15, 21],
    [22, 29],
    [1, 7],
  ] as const;
  expect(spans.map(([start, end]) => table.place(writes, start, end))).toEqual([0, 0, 1, 2, 0]);
  expect(unpackWrites(writes).map(({ key }) => key.toString())).toEqual(['user:1', 'user:2', 'user:10']);
});
