import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Block, encodeBlock } from '../src/block/block-codec.ts';
import { decodeBlock } from '../src/block/block-decoder.ts';
import { blockChecksum, CHECKSUM_AT } from '../src/block/block-layout.ts';
import { packMarker } from '../src/block/marker.ts';
import type { Operation } from '../src/operation/operation.ts';
import { unpackWrites } from '../src/operation/packed-writes.ts';
import { planBatch } from '../src/receiver/batch-plan.ts';
import { packBatch } from '../src/receiver/pack-batch.ts';
import { decodeBatchBody, encodeBatchBody } from '../src/transport/batch-body.ts';
import { anyBlock, anyOperation } from './arbitraries.ts';
import { del, set } from './operations.ts';

const marker = decodeBlock(packMarker(3, 16)).operations[0]!;
const isPlain = ({ version }: Operation): boolean => version === undefined;
/** Few keys, so that most come again. */
const operation = fc
  .oneof(
    { arbitrary: fc.tuple(anyOperation.filter(isPlain), fc.nat(8)), weight: 9 },
    { arbitrary: fc.constant([marker, -1] as const), weight: 1 },
  )
  .map(([any, name]): Operation => (name < 0 ? any : { ...any, key: Buffer.from(`lock:${name}`) }));
const seen = fc.option(
  fc
    .record({ shards: fc.constant(16), ms: fc.nat(999) })
    .map(({ shards, ms }) => ({ base: 0, shards, cursors: new Map([['west', `${ms}-0` as const]]) })),
  { nil: undefined },
);
const block: fc.Arbitrary<Block> = fc
  .record({ operations: fc.array(operation, { minLength: 1, maxLength: 12 }), seen, sequence: fc.integer({ min: 1 }) })
  .map(({ seen: vector, ...rest }) => ({ producer: 'feedfeedfeedfeed', ...rest, ...(vector && { seen: vector }) }));

const bodyOf = (blocks: readonly Block[]): Buffer => encodeBatchBody(blocks.map(encodeBlock));
const isRefused = (body: Buffer): boolean => {
  try {
    return decodeBatchBody(body).length < 0;
  } catch {
    return true;
  }
};

describe('packBatch', () => {
  it('comes to what unpacking and planning a batch come to', () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (blocks) => {
        const body = bodyOf(blocks);
        const { operations, received, seenBy } = planBatch(decodeBatchBody(body));
        const packed = packBatch(body)!;
        expect(unpackWrites(packed.writes)).toEqual(operations);
        expect(packed.received).toBe(received);
        expect(operations.map((_, index) => packed.seen?.[index])).toEqual(operations.map((each) => seenBy.get(each)));
      }),
    );
  });

  it('takes keys of every length and bytes, as many as a block has', () => {
    fc.assert(
      fc.property(fc.array(anyOperation.filter(isPlain), { minLength: 1, maxLength: 300 }), (operations) => {
        const body = bodyOf([{ producer: 'feedfeedfeedfeed', sequence: 1, operations }]);
        expect(unpackWrites(packBatch(body)!.writes)).toEqual(planBatch(decodeBatchBody(body)).operations);
      }),
      { numRuns: 30 },
    );
  });

  it('leaves alone what any byte was changed of, and what was cut', () => {
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }), isCut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 3 }), change, (blocks, { at, by, isCut }) => {
        const whole = bodyOf(blocks);
        const index = at % whole.length;
        const body = isCut ? whole.subarray(0, index) : whole;
        if (!isCut) body[index] = (body[index]! + by) % 256;
        expect(packBatch(body) === undefined).toBe(isRefused(body));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what the decoder refuses inside a block whose checksum is right', () => {
    const written: Operation[] = [
      set('a', 'value'),
      { ...set('b', 1), expiresAt: 1.5 },
      { kind: 'delete', key: Buffer.alloc(250, 'k') },
    ];
    const good = encodeBlock({ producer: 'feedfeedfeedfeed', sequence: 1, operations: written });
    expect(packBatch(encodeBatchBody([good]))).toBeDefined();
    const ends = Array.from({ length: good.length - 24 }, (_, at) => 24 + at);
    const damaged = ends.flatMap((at) =>
      [0, 4, 5, 9, 0x7f, 0xff].map((byte) => {
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        bytes.writeUInt32BE(blockChecksum(bytes), CHECKSUM_AT);
        return encodeBatchBody([bytes]);
      }),
    );
    for (const body of damaged) {
      const packed = packBatch(body);
      const isVersioned =
        !isRefused(body) && !decodeBatchBody(body).every(({ operations }) => operations.every(isPlain));
      expect(packed === undefined).toBe(isRefused(body) || isVersioned);
    }
  });

  it('leaves versions and clears to who unpacks them', () => {
    const versioned = { ...del('a'), version: 3n };
    const clears = { producer: 'feedfeedfeedfeed', sequence: 1, operations: [], clears: [Buffer.from('user:')] };
    expect(packBatch(bodyOf([{ ...clears, clears: [], operations: [set('b', 1), versioned] }]))).toBeUndefined();
    expect(packBatch(bodyOf([clears]))).toBeUndefined();
    expect(packBatch(Buffer.alloc(0))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), anyBlock, (bytes, { operations }) => {
        expect(packBatch(Buffer.from(bytes))).toBeUndefined();
        const body = bodyOf([{ ...clears, clears: [], operations }]);
        expect(packBatch(body) === undefined).toBe(!operations.every(isPlain));
      }),
    );
  });

  it('leaves more operations than its table takes to who unpacks them', () => {
    const operations = Array.from({ length: 40_000 }, (_, index) => del(`${index}`));
    const large = { producer: 'feedfeedfeedfeed', sequence: 1, operations };
    expect(packBatch(bodyOf([large]))?.writes.count).toBe(40_000);
    expect(packBatch(bodyOf([large, large]))).toBeUndefined();
    expect(packBatch(bodyOf([{ ...large, operations: [del('0')] }]))?.writes.count).toBe(1);
  });
});
