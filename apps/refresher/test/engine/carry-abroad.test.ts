import type { StoredNotice } from '@lockstep/refresh';
import type { Operation } from '@lockstep/replication';
import { type ClassPolicy, policyOf, type RefreshSource } from '@lockstep/service-kit';
import { expect, it } from 'vitest';

import { carryAbroad } from '../../src/engine/carry-abroad.ts';

const load = { module: './x.mjs' };
const sources = new Map<string, RefreshSource>([
  ['coupons', { load, ttlMs: 1000, policy: 'invalidate' }],
  ['rates', { load, ttlMs: 1000, policy: 'none' }],
  ['prices', { load, ttlMs: 1000 }],
]);

async function carried(notice: Partial<StoredNotice>): Promise<string[]> {
  const keys: string[] = [];
  const append = async ({ key }: Operation): Promise<void> => void keys.push(String(key));
  const classes = (['none', 'invalidate', 'replicate'] as const).map((policy: ClassPolicy) => ({
    prefix: `prices:${policy}:`,
    policy,
  }));
  const tell = carryAbroad(sources, policyOf({ classes }), { append });
  await tell({
    key: 'coupons:oslo',
    source: 'coupons',
    kind: 'replaced',
    reason: 'scheduled',
    ticket: 1,
    origin: 'refresh:stored:east:1',
    ...notice,
  });
  return keys;
}

it('tells other regions of what was loaded where the class of its key says so', async () => {
  const keys = ['none:1', 'invalidate:1', 'replicate:1', 'other'].map((id) => `prices:${id}`);
  const told = await Promise.all(keys.map((key) => carried({ key, source: 'prices' })));
  expect(told.flat()).toEqual(keys.slice(1));
});

it('goes by the policy of the source in place of that', async () => {
  expect(await carried({})).toEqual(['coupons:oslo']);
  expect(await carried({ reason: undefined })).toEqual(['coupons:oslo']);
  expect(await carried({ key: 'rates', source: 'rates' })).toEqual([]);
});

it('tells nobody of a load that an invalidation brought about, or of one that changed nothing', async () => {
  expect(await carried({ reason: 'invalidated' })).toEqual([]);
  expect(await carried({ kind: 'prolonged' })).toEqual([]);
  expect(await carried({ kind: 'invalidated', reason: undefined })).toEqual([]);
});
