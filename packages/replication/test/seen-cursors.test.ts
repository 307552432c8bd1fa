import { expect, it } from 'vitest';

import { packSeen, readSeen } from '../src/operation/seen-cursors.ts';

const cursors = new Map([['west', '17-4'] as const]);

it.each([
  { base: 0, shards: 16 },
  { base: 0, shards: 65_536 },
  { base: 65_535, shards: 1 },
  { base: 48, shards: 16 },
])('reads what it has packed (%j)', (layout) => {
  const packed = packSeen({ ...layout, cursors });
  expect(readSeen(packed, 0)).toEqual({ seen: { ...layout, cursors }, end: packed.length });
});

it('has the shards of a first layout where journals wrote them that knew of no other', () => {
  const packed = packSeen({ shards: 16, cursors });
  expect(packed.readUInt32BE(0)).toBe(16);
  expect(readSeen(packed, 0).seen).toEqual({ base: 0, shards: 16, cursors });
});
