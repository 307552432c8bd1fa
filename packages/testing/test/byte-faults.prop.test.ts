import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { applyByteFaults, type ByteFault } from '../src/byte-faults.ts';

const faultsArbitrary: fc.Arbitrary<ByteFault[]> = fc.array(
  fc.record({
    effect: fc.constantFrom('drop' as const, 'corrupt' as const),
    direction: fc.constant('up' as const),
    offset: fc.nat(40),
    count: fc.integer({ min: 1, max: 10 }),
  }),
  { maxLength: 4 },
);

const chunksArbitrary: fc.Arbitrary<Buffer[]> = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 12 }), { maxLength: 5 })
  .map((chunks) => chunks.map((chunk) => Buffer.from(chunk)));

describe('applyByteFaults', () => {
  it('does the same however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(chunksArbitrary, faultsArbitrary, (chunks, faults) => {
        let position = 0;
        const inChunks = chunks.map((chunk) => {
          const result = applyByteFaults(chunk, position, faults);
          position += chunk.length;
          return result;
        });
        expect(Buffer.concat(inChunks)).toEqual(applyByteFaults(Buffer.concat(chunks), 0, faults));
      }),
    );
  });

  it('drops exactly the bytes in a dropped range and inverts exactly those in a corrupted one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), faultsArbitrary, (bytes, faults) => {
        const isHit = (effect: string, at: number): boolean =>
          faults.some((fault) => fault.effect === effect && at >= fault.offset && at < fault.offset + fault.count);
        const expected = [...bytes]
          .map((byte, at) => ({ byte: isHit('corrupt', at) ? 255 - byte : byte, isDropped: isHit('drop', at) }))
          .filter(({ isDropped }) => !isDropped);
        expect([...applyByteFaults(Buffer.from(bytes), 0, faults)]).toEqual(expected.map(({ byte }) => byte));
      }),
    );
  });
});
