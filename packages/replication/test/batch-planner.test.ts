import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { encodeBlock } from '../src/block/block-codec.ts';
import type { Operation } from '../src/operation/operation.ts';
import { unpackWrites } from '../src/operation/packed-writes.ts';
import type { BatchPlan } from '../src/receiver/batch-plan.ts';
import { BatchPlanner, type BatchPlannerOptions } from '../src/receiver/batch-planner.ts';
import type { Batch } from '../src/transport/batch.ts';
import { encodeBatchBody } from '../src/transport/batch-body.ts';
import { batchOf } from './batches.ts';
import { del, set } from './operations.ts';

const startsWith =
  (prefix: string) =>
  (key: Buffer): boolean =>
    key.toString().startsWith(prefix);

/** Who has a say, and what they were asked about. */
function guards(isUsed = true) {
  const judged: BatchPlan[] = [];
  const settled: BatchPlan[] = [];
  const versions: BatchPlannerOptions['versions'] = {
    isUsed,
    isMeant: startsWith('row:'),
    async judge(_batch, plan) {
      judged.push(plan);
      return { ...plan, stores: plan.operations.filter(({ kind }) => kind === 'set') };
    },
  };
  const conflicts: BatchPlannerOptions['conflicts'] = {
    isMeant: startsWith('both:'),
    async settle(_batch, plan) {
      settled.push(plan);
      const operations = plan.operations.map((operation) =>
        plan.seenBy.has(operation) ? del(String(operation.key)) : operation,
      );
      return { operations, overtakable: [] };
    },
  };
  return { versions, conflicts, judged, settled };
}

const seen = { base: 0, shards: 1, cursors: new Map([['west', '5-0' as const]]) };
/** A batch whose writers say what they had seen. */
function seeing(...operations: Operation[]): Batch {
  const body = encodeBatchBody([encodeBlock({ producer: 'feedfeedfeedfeed', sequence: 1, operations, seen })]);
  return { ...batchOf(0, [del('x')]), body };
}

it('leaves packed what nobody has a say in', async () => {
  const { versions, conflicts, judged, settled } = guards();
  const operations = [set('user:1', 1), del('user:2')];
  for (const options of [{}, { versions, conflicts }]) {
    const plan = await new BatchPlanner(options).plan(seeing(...operations));
    expect(unpackWrites(plan.packed!)).toEqual(operations);
    expect(plan).toMatchObject({ clears: [], operations: [], stores: [], received: 2 });
  }
  expect([judged, settled]).toEqual([[], []]);
});

it('unpacks what somebody has a say in, and nothing else', async () => {
  const { versions, conflicts, judged, settled } = guards();
  const batch = seeing(set('row:1', 1), set('user:1', 2), set('both:1', 3), del('user:2'), set('both:1', 4));
  const plan = await new BatchPlanner({ versions, conflicts }).plan(batch);
  expect(unpackWrites(plan.packed!)).toEqual([set('user:1', 2), del('user:2')]);
  expect(plan).toMatchObject({
    operations: [del('row:1'), del('both:1')],
    stores: [set('row:1', 1), set('both:1', 4)],
  });
  expect(plan.received).toBe(5);
  expect(judged[0]!.operations).toEqual([set('row:1', 1), set('both:1', 4)]);
  expect([...settled[0]!.seenBy.values()]).toEqual([seen, seen]);
});

it('asks about conflicts only where the writers say what they had seen, and about versions only where there are any', async () => {
  const { versions, conflicts, judged, settled } = guards(false);
  const batch = batchOf(0, [set('both:1', 1), set('row:1', 1)]);
  const plan = await new BatchPlanner({ versions, conflicts }).plan(batch);
  expect(plan.packed!.count).toBe(2);
  expect([judged, settled]).toEqual([[], []]);
});

it('judges all of a batch that cannot stay packed', async () => {
  const { versions, conflicts, judged } = guards();
  const versioned = { ...set('row:1', 1), version: 3n };
  const plan = await new BatchPlanner({ versions, conflicts }).plan(batchOf(0, [versioned, del('user:1')]));
  expect(plan.packed).toBeUndefined();
  expect(plan.operations).toEqual([versioned, del('user:1')]);
  expect(judged[0]!.received).toBe(2);
});

it('carries out each key once, packed or not', async () => {
  const { versions, conflicts } = guards();
  const name = fc.constantFrom('row:', 'both:', 'user:').chain((prefix) => fc.nat(3).map((n) => `${prefix}${n}`));
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 20 }), async (names) => {
      const { packed, operations } = await new BatchPlanner({ versions, conflicts }).plan(seeing(...names.map(del)));
      const keys = [...unpackWrites(packed!), ...operations].map(({ key }) => key.toString());
      expect(keys.toSorted()).toEqual([...new Set(names)].toSorted());
    }),
  );
});

it('refuses a damaged batch with what is wrong in it', async () => {
  const batch = { ...batchOf(0, [del('a')]), body: Buffer.from('damaged') };
  await expect(new BatchPlanner({}).plan(batch)).rejects.toMatchObject({ code: 'ERR_REPLICATION_BAD_BLOCK' });
});
