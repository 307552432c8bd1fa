import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { encodeBlock } from '../src/block/block-codec.ts';
import { packDeletes } from '../src/block/pack-deletes.ts';
import { unpackOperations } from '../src/block/block-decoder.ts';
import type { Operation } from '../src/operation/operation.ts';
import { type PackedWrites, selectWrites, unpackWrites, writtenKeys } from '../src/operation/packed-writes.ts';
import { showKey } from '../src/operation/show-key.ts';
import { packBatch } from '../src/receiver/pack-batch.ts';
import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { anyOperation } from './arbitraries.ts';
import { del, set } from './operations.ts';

function pack(...operations: Operation[]): PackedWrites {
  return packBatch(encodeBatchBody([encodeBlock({ producer: 'feedfeedfeedfeed', sequence: 1, operations })]))!.writes;
}

const some = [set('user:1', 'one'), del('user:2'), { ...set('item:3', ''), flags: 2 ** 32 - 1, expiresAt: 1.5 }];

it('gives back the operations that are asked for, values of no bytes and the largest numbers too', () => {
  const writes = pack(...some);
  expect(unpackWrites(writes)).toEqual(some);
  expect(unpackWrites(selectWrites(writes, [2, 0]))).toEqual([some[2], some[0]]);
  expect(unpackWrites(selectWrites(writes, []))).toEqual([]);
});

it('names keys as text where all are ASCII, and as their bytes otherwise', () => {
  expect(writtenKeys(pack(...some))).toEqual(['user:1', 'user:2', 'item:3']);
  const odd: Operation = { kind: 'delete', key: Buffer.from([0xff, 0x41]) };
  expect(writtenKeys(pack(del('a'), odd))).toEqual([Buffer.from('a'), odd.key]);
});

it('shows a key until the next one is asked for', () => {
  const writes = pack(...some);
  const shown = showKey(writes, 0);
  expect(shown.toString()).toBe('user:1');
  showKey(writes, 1);
  expect(shown.toString()).toBe('user:2');
});

it('packs the deletes that are meant as a block has them', () => {
  const isShort = (key: Buffer): boolean => key.length < 100;
  fc.assert(
    fc.property(
      fc.uniqueArray(
        anyOperation.filter(({ version }) => version === undefined),
        { minLength: 1, maxLength: 30, selector: ({ key }) => key.toString('latin1') },
      ),
      fc.boolean(),
      (operations, isAll) => {
        const { packed, count } = packDeletes(pack(...operations), isAll ? undefined : isShort);
        const meant = operations.filter(({ kind, key }) => kind === 'delete' && (isAll || isShort(key)));
        expect(unpackOperations(packed)).toEqual(meant);
        expect(count).toBe(meant.length);
      },
    ),
  );
});
