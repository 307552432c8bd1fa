import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { planBatch } from '../src/receiver/batch-plan.ts';
import { decodeBlock } from '../src/block/block-decoder.ts';
import { packMarker } from '../src/block/marker.ts';
import type { Operation } from '../src/operation/operation.ts';
import { anyOperation } from './arbitraries.ts';
import { del, set } from './operations.ts';

const head = { producer: '00000000000000aa', sequence: 1 };
const block = (...operations: Operation[]) => ({ ...head, operations });
const clear = (...prefixes: string[]) => ({
  ...head,
  operations: [],
  clears: prefixes.map((text) => Buffer.from(text)),
});

it('keeps the last operation of each key', () => {
  const { operations, clears, received } = planBatch([
    block(set('a', 1), del('b')),
    block(set('a', 2), set('b', 3), del('a')),
  ]);
  expect(operations).toHaveLength(2);
  expect(operations).toEqual(expect.arrayContaining([del('a'), set('b', 3)]));
  expect({ clears, received }).toEqual({ clears: [], received: 5 });
});

it('keeps the highest version of each key, and a delete of the same one; with none among them, a delete', () => {
  const v = <T extends Operation>(operation: T, version: bigint): T => ({ ...operation, version });
  const { operations } = planBatch([
    block(set('plain', 1), v(set('a', 6), 6n), v(set('b', 4), 4n), v(del('c'), 2n), v(set('d', 1), 1n), set('e', 1)),
    block(v(set('a', 5), 5n), v(del('b'), 4n), v(set('c', 2), 2n), del('d'), v(set('e', 3), 3n), set('plain', 2)),
  ]);
  const expected = [set('plain', 2), v(set('a', 6), 6n), v(del('b'), 4n), v(del('c'), 2n), del('d'), del('e')];
  expect(operations).toEqual(expected);
});

it('takes keys for the same only when every byte is the same', () => {
  const keys = [Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.from('é'), Buffer.from([0xe9])];
  expect(planBatch([block(...keys.map((key) => ({ kind: 'delete' as const, key })))]).operations).toHaveLength(4);
});

it('leaves out markers, and nothing that only looks like one', () => {
  const marker = decodeBlock(packMarker(3, 16)).operations[0]!;
  const others = [del('lockstep:marker'), del('lockstep:marker:'), set('lockstep:markers', 1)];
  expect(planBatch([block(marker, ...others)])).toMatchObject({ operations: others, received: 4 });
});

it('changes nothing when it is done again', () => {
  fc.assert(
    fc.property(fc.array(anyOperation), (operations) => {
      const once = planBatch([block(...operations)]);
      expect(planBatch([block(...once.operations)])).toEqual({ ...once, received: once.operations.length });
    }),
  );
});

it('clears first, and keeps no store of a key that a later clear takes', () => {
  const { clears, operations } = planBatch([
    block(set('user:1', 1), set('user:2', 1), set('item:1', 1)),
    clear('user:', 'page:'),
    block(set('user:2', 2)),
    clear('page:'),
  ]);
  expect(clears.map(String)).toEqual(['user:', 'page:']);
  expect(operations).toEqual([del('user:1'), set('user:2', 2), set('item:1', 1)]);
});

it('takes an empty prefix for that of every key', () => {
  const { clears, operations } = planBatch([block(set('a', 1)), clear('')]);
  expect(clears).toEqual([Buffer.alloc(0)]);
  expect(operations).toEqual([del('a')]);
});
