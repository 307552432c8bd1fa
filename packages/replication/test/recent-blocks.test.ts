import { expect, it } from 'vitest';

import { RecentBlocks } from '../src/journal/recent-blocks.ts';

const block = (sequence: number, bytes = 10) => ({ sequence, block: Buffer.alloc(bytes), confirmedAt: sequence * 10 });
const sequences = (recent: RecentBlocks): number[] => recent.after(0).map(({ sequence }) => sequence);

it('gives the blocks behind a sequence, oldest first', () => {
  const recent = new RecentBlocks(100);
  for (const n of [1, 2, 3]) recent.push(block(n));
  expect(recent.after(1).map(({ sequence }) => sequence)).toEqual([2, 3]);
});

it('lets the oldest go where there is no room, but never the newest', () => {
  const recent = new RecentBlocks(25);
  for (const n of [1, 2, 3]) recent.push(block(n));
  expect(sequences(recent)).toEqual([2, 3]);
  recent.push(block(4, 1000));
  expect(sequences(recent)).toEqual([4]);
});

it('forgets what was confirmed before a moment, and has room for as much again', () => {
  const recent = new RecentBlocks(30);
  for (const n of [1, 2, 3]) recent.push(block(n));
  recent.forgetBefore(30);
  expect(sequences(recent)).toEqual([3]);
  for (const n of [4, 5]) recent.push(block(n));
  expect(sequences(recent)).toEqual([3, 4, 5]);
});

it('puts a block in the place of another', () => {
  const recent = new RecentBlocks(30);
  for (const n of [1, 2, 3]) recent.push(block(n));
  recent.replace(block(2, 5));
  expect(recent.after(0).map((entry) => entry.block.length)).toEqual([10, 5, 10]);
  recent.push(block(4, 5));
  expect(sequences(recent)).toEqual([1, 2, 3, 4]);
  recent.replace(block(9));
  expect(sequences(recent)).toEqual([1, 2, 3, 4]);
});

it('forgets one block, and has room for as much again', () => {
  const recent = new RecentBlocks(30);
  for (const n of [1, 2, 3]) recent.push(block(n));
  recent.drop(2);
  recent.drop(9);
  recent.push(block(4));
  expect(sequences(recent)).toEqual([1, 3, 4]);
});
