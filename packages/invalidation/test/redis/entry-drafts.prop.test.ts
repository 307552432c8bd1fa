import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { PublishRequest } from '../../src/publish-request.ts';
import { draftEntries } from '../../src/redis/entry-drafts.ts';
import { shardOfKey } from '../../src/shard-of-key.ts';

const label = fc.option(fc.constantFrom('eu', 'us'), { nil: undefined });
const request: fc.Arbitrary<PublishRequest> = fc.record({
  texts: fc.array(fc.string({ maxLength: 300 }), { maxLength: 20 }),
  binaries: fc.array(fc.constant(Buffer.from([0xff, 0xfe])), { maxLength: 3 }),
  tags: fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  origin: label,
  traceId: label,
});
const waiters = fc.array(fc.record({ request, isAwaited: fc.boolean() }), { maxLength: 12 });

describe('draftEntries', () => {
  it('puts each key into its shard once, beside keys of the same origin and trace, and knows the last entry of each waiter', () => {
    fc.assert(
      fc.property(waiters, fc.integer({ min: 1, max: 4 }), (batch, shards) => {
        const drafted = draftEntries(batch, (key) => shardOfKey(key, shards));
        const heard: unknown[] = [];
        for (const [shard, { drafts }] of drafted) {
          for (const { keys, binaryKeys, tags, origin, traceId } of drafts) {
            for (const key of [...keys, ...binaryKeys]) {
              expect(shardOfKey(key, shards)).toBe(shard);
              heard.push([String(key), origin, traceId]);
            }
            expect(shard === 0 || tags.length === 0).toBe(true);
            for (const tag of tags) heard.push(['tag', tag, origin, traceId]);
          }
        }
        const said = batch.flatMap(({ request: { texts, binaries, tags, origin, traceId } }) => [
          ...[...texts, ...binaries].map((key) => [String(key), origin, traceId]),
          ...tags.map((tag) => ['tag', tag, origin, traceId]),
        ]);
        const sorted = (list: unknown[]): string[] => list.map((each) => JSON.stringify(each)).toSorted();
        expect(sorted(heard)).toEqual(sorted(said));
        for (const waiter of batch.filter(({ isAwaited }) => isAwaited)) {
          for (const { drafts, lastOf } of drafted.values()) {
            const last = lastOf.get(waiter);
            expect(last === undefined || drafts[last]!.isAwaited).toBe(true);
          }
        }
      }),
    );
  });

  it('begins a new entry at a thousand keys and at 32 KiB', () => {
    const of = (texts: string[]) => ({
      request: { texts, binaries: [], tags: [], origin: undefined, traceId: undefined },
      isAwaited: false,
    });
    const sizes = (texts: string[]) =>
      draftEntries([of(texts)], () => 0)
        .get(0)!
        .drafts.map(({ keys }) => keys.length);
    expect(sizes(Array.from({ length: 2500 }, (_, i) => `${i}`))).toEqual([1000, 1000, 500]);
    expect(sizes(Array.from({ length: 5 }, () => 'x'.repeat(20_000)))).toEqual([1, 1, 1, 1, 1]);
    expect(sizes(['x'.repeat(100_000), 'y'])).toEqual([1, 1]);
  });
});
