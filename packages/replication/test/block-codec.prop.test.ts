import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decodeBatchBody, encodeBatchBody } from '../src/transport/batch-body.ts';
import { encodeBlock } from '../src/block/block-codec.ts';
import { decodeBlock } from '../src/block/block-decoder.ts';
import { anyBlock } from './arbitraries.ts';

const BAD_BLOCK = expect.objectContaining({ code: 'ERR_REPLICATION_BAD_BLOCK' });

function failure(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return 'it did not fail';
}

describe('the block codec', () => {
  it('gives back every block as it was', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        expect(decodeBlock(encodeBlock(block))).toEqual(block);
      }),
    );
  });

  it('refuses a block cut at any byte', () => {
    fc.assert(
      fc.property(anyBlock, (block) => {
        const bytes = encodeBlock(block);
        for (let size = 0; size < bytes.length; size += 1) {
          expect(failure(() => decodeBlock(bytes.subarray(0, size)))).toEqual(BAD_BLOCK);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a block with any one byte changed', () => {
    const change = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(anyBlock, change, (block, { at, by }) => {
        const bytes = encodeBlock(block);
        const index = at % bytes.length;
        bytes[index] = ((bytes[index] ?? 0) + by) % 256;
        expect(failure(() => decodeBlock(bytes))).toEqual(BAD_BLOCK);
      }),
    );
  });

  it('refuses random bytes and never reads past them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(failure(() => decodeBlock(Buffer.from(bytes)))).toEqual(BAD_BLOCK);
        expect(failure(() => decodeBatchBody(Buffer.from(bytes)))).toEqual(BAD_BLOCK);
      }),
    );
  });
});

describe('the batch body', () => {
  it('gives back every block, in order', () => {
    fc.assert(
      fc.property(fc.array(anyBlock, { minLength: 1, maxLength: 5 }), (blocks) => {
        expect(decodeBatchBody(encodeBatchBody(blocks.map(encodeBlock)))).toEqual(blocks);
      }),
    );
  });

  it('refuses a body cut anywhere but between two frames', () => {
    fc.assert(
      fc.property(anyBlock, anyBlock, fc.nat(), (first, second, at) => {
        const head = encodeBatchBody([encodeBlock(first)]);
        const body = Buffer.concat([head, encodeBatchBody([encodeBlock(second)])]);
        const size = at % body.length;
        fc.pre(size !== head.length);
        expect(failure(() => decodeBatchBody(body.subarray(0, size)))).toEqual(BAD_BLOCK);
      }),
    );
  });
});
