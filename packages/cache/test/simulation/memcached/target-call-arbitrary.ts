import * as fc from 'fast-check';

/** One call of the tier's on a pool. `cas` is how many reads of the key ago the number was told; beyond them it is none. */
export type TargetCall =
  | { readonly call: 'read'; readonly key: string; readonly leaseSeconds?: number }
  | {
      readonly call: 'add' | 'cas';
      readonly key: string;
      readonly value: string;
      readonly cas: number;
      readonly flags: number;
    }
  | { readonly call: 'delete'; readonly key: string }
  | { readonly call: 'deleteUnchanged'; readonly key: string; readonly cas: number };

const key = fc.constantFrom('a', 'b');
const cas = fc.nat(2);

/** Calls on a few keys. Times to live are so long that none ends. */
export const targetCall: fc.Arbitrary<TargetCall> = fc.oneof(
  fc.record({ call: fc.constant('read'), key }),
  fc.record({ call: fc.constant('read'), key, leaseSeconds: fc.integer({ min: 100, max: 110 }) }),
  fc.record({
    call: fc.constantFrom('add', 'cas'),
    key,
    value: fc.string({ maxLength: 4 }),
    cas,
    flags: fc.nat(5),
  }),
  fc.record({ call: fc.constant('delete'), key }),
  fc.record({ call: fc.constant('deleteUnchanged'), key, cas }),
);
