import * as fc from 'fast-check';

import type { Block } from '../src/block/block-codec.ts';
import type { Operation } from '../src/operation/operation.ts';

const buffer = (minLength: number, maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes));

const key = buffer(1, 250);
const U32 = 0xff_ff_ff_ff;

const version = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

export const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('delete' as const), key, version }),
  fc.record({
    kind: fc.constant('set' as const),
    key,
    value: buffer(0, 300),
    flags: fc.constant(1),
    expiresAt: fc.constant(0),
    version,
  }),
  fc.record({ kind: fc.constant('delete' as const), key }),
  fc.record({
    kind: fc.constant('set' as const),
    key,
    value: buffer(0, 300),
    flags: fc.integer({ min: 0, max: U32 }),
    expiresAt: fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e15, noNaN: true })).map(Math.abs),
  }),
);

export const anyBlock: fc.Arbitrary<Block> = fc.record({
  producer: fc.stringMatching(/^[0-9a-f]{16}$/),
  sequence: fc.maxSafeInteger().map((n) => Math.max(1, Math.abs(n))),
  operations: fc.array(anyOperation, { minLength: 1, maxLength: 20 }),
});
