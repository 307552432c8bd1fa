import assert from 'node:assert/strict';

import type { ReadResult } from '../driver/read.ts';
import { type ConformanceCase, needing, rejectsWithCode, textOf } from './conformance-case.ts';

/** Status, value as text, `mustRefresh` and `isRefreshing`. */
function summary({ status, value, mustRefresh, isRefreshing }: ReadResult): unknown[] {
  return [status, value?.toString(), mustRefresh, isRefreshing];
}

/** `read`: leases, refreshing ahead, stale marks, versions chosen by the client, conditional reads. */
export const leaseCases: readonly ConformanceCase[] = [
  needing(['lease'], 'reads value, flags, CAS and time to live in one call', async (driver, key) => {
    await driver.set(key('k'), 'v', { flags: 5, ttlSeconds: 100 });
    const { cas, ttlSeconds, ...rest } = await driver.read(key('k'));
    const expected = { status: 'hit', value: Buffer.from('v'), flags: 5, mustRefresh: false, isRefreshing: false };
    assert.deepEqual(rest, expected);
    assert.ok(ttlSeconds > 90 && ttlSeconds <= 100, `ttl ${ttlSeconds}`);
    assert.equal(await driver.cas(key('k'), 'w', cas), 'stored');
    assert.equal((await driver.read(key('k'))).ttlSeconds, -1);
    assert.deepEqual(await driver.read(key('none')), {
      status: 'miss',
      flags: 0,
      cas: 0n,
      ttlSeconds: 0,
      mustRefresh: false,
      isRefreshing: false,
    });
  }),

  needing(['lease'], 'gives a lease to one of many callers, and shows it as a value to nobody', async (driver, key) => {
    const reads = await Promise.all(Array.from({ length: 20 }, () => driver.read(key('k'), { leaseSeconds: 30 })));
    assert.deepEqual(
      reads.map((read) => [read.status, read.value]),
      reads.map(() => ['miss', undefined]),
    );
    const winners = reads.filter((read) => read.mustRefresh);
    assert.equal(winners.length, 1);
    assert.equal(reads.filter((read) => read.isRefreshing).length, 19);
    assert.ok(winners[0]!.ttlSeconds > 20 && winners[0]!.ttlSeconds <= 30, `ttl ${winners[0]!.ttlSeconds}`);
    assert.equal(await driver.get(key('k')), undefined);
    assert.equal(await driver.gets(key('k')), undefined);
    assert.equal(await driver.gat(key('k'), 100), undefined);
    assert.deepEqual(await driver.getMany([key('k'), key('none'), key('k')]), [undefined, undefined, undefined]);
    assert.equal(await driver.cas(key('k'), 'filled', winners[0]!.cas, { ttlSeconds: 60 }), 'stored');
    assert.deepEqual(summary(await driver.read(key('k'), { leaseSeconds: 30 })), ['hit', 'filled', false, false]);
  }),

  needing(['lease'], 'takes the lease away from its holder when the key is deleted or written', async (driver, key) => {
    const deleted = await driver.read(key('deleted'), { leaseSeconds: 30 });
    assert.equal(await driver.delete(key('deleted')), true);
    assert.equal(await driver.cas(key('deleted'), 'late', deleted.cas), 'not-found');
    const written = await driver.read(key('written'), { leaseSeconds: 30 });
    await driver.set(key('written'), 'newer');
    assert.equal(await driver.cas(key('written'), 'late', written.cas), 'exists');
    assert.equal(textOf(await driver.get(key('written'))), 'newer');
  }),

  needing(['lease'], 'tells one caller to refresh ahead, and gives the value to all', async (driver, key) => {
    await driver.set(key('k'), 'v', { ttlSeconds: 20 });
    const ahead = { refreshBelowSeconds: 30 };
    assert.deepEqual(summary(await driver.read(key('k'), { refreshBelowSeconds: 10 })), ['hit', 'v', false, false]);
    assert.deepEqual(summary(await driver.read(key('k'), ahead)), ['hit', 'v', true, false]);
    assert.deepEqual(summary(await driver.read(key('k'), ahead)), ['hit', 'v', false, true]);
    assert.equal(textOf(await driver.get(key('k'))), 'v');
  }),

  needing(['lease'], 'sets the time to live while it reads, and by gat', async (driver, key) => {
    await driver.set(key('k'), 'v', { flags: 3, ttlSeconds: 20 });
    assert.equal((await driver.read(key('k'), { touchSeconds: 500 })).ttlSeconds, 500);
    assert.deepEqual(await driver.gat(key('k'), 0), { value: Buffer.from('v'), flags: 3 });
    assert.equal((await driver.read(key('k'))).ttlSeconds, -1);
    assert.equal(textOf(await driver.gat(key('k'), -1)), 'v');
    assert.equal(await driver.gat(key('k'), 100), undefined);
  }),

  needing(['lease'], 'refuses a lease without an end', async (driver, key) => {
    for (const seconds of [0, -1, 0.5, 2_592_001]) {
      await assert.rejects(driver.read(key('k'), { leaseSeconds: seconds }), RangeError);
      await assert.rejects(driver.read(key('k'), { refreshBelowSeconds: seconds }), RangeError);
    }
  }),

  needing(['lease', 'stale'], 'serves a stale value as stale, and has one caller replace it', async (driver, key) => {
    await driver.set(key('k'), 'old');
    assert.equal(await driver.markStale(key('k'), { ttlSeconds: 60 }), true);
    const first = await driver.read(key('k'));
    assert.deepEqual(summary(first), ['stale', 'old', true, false]);
    assert.ok(first.ttlSeconds > 50 && first.ttlSeconds <= 60, `ttl ${first.ttlSeconds}`);
    assert.deepEqual(summary(await driver.read(key('k'))), ['stale', 'old', false, true]);
    assert.equal(await driver.cas(key('k'), 'new', first.cas), 'stored');
    assert.deepEqual(summary(await driver.read(key('k'))), ['hit', 'new', false, false]);
    assert.equal(await driver.markStale(key('none')), false);
  }),

  needing(['cas', 'stale'], 'makes what was read before a stale mark unfit to store', async (driver, key) => {
    await driver.set(key('k'), 'old');
    const { cas } = (await driver.gets(key('k')))!;
    await driver.markStale(key('k'));
    assert.equal(await driver.cas(key('k'), 'late', cas!), 'exists');
  }),

  needing(['stale'], 'has a plain read that is the first to see a stale value find a miss', async (driver, key) => {
    for (const plain of ['get', 'gets'] as const) {
      await driver.set(key(plain), 'old');
      await driver.markStale(key(plain));
      assert.equal(await driver[plain](key(plain)), undefined);
      assert.equal(textOf(await driver[plain](key(plain))), 'old');
      await driver.set(key(plain), 'new');
      assert.equal(textOf(await driver[plain](key(plain))), 'new');
    }
    await driver.set(key('touched'), 'old');
    await driver.markStale(key('touched'));
    assert.equal(await driver.touch(key('touched'), 60), false);
    assert.equal(await driver.touch(key('touched'), 60), true);
    await driver.markStale(key('touched'));
    assert.equal(await driver.gat(key('touched'), 60), undefined);
    assert.equal(textOf(await driver.gat(key('touched'), 60)), 'old');
  }),

  needing(['stale'], 'reads many without using up the right to refresh a stale value', async (driver, key) => {
    await driver.set(key('k'), 'old');
    await driver.markStale(key('k'));
    assert.deepEqual((await driver.getMany([key('k')])).map(textOf), ['old']);
    assert.deepEqual(summary(await driver.read(key('k'))), ['stale', 'old', true, false]);
  }),

  needing(['lease', 'stale'], 'stores the value of a late writer as stale with orStale', async (driver, key) => {
    await driver.set(key('k'), 'first');
    const { cas } = await driver.read(key('k'));
    await driver.set(key('k'), 'second');
    assert.equal(await driver.cas(key('k'), 'late', cas, { orStale: true }), 'stored');
    assert.deepEqual(summary(await driver.read(key('k'))), ['stale', 'late', true, false]);
    assert.equal(await driver.cas(key('k'), 'x', 2n ** 63n, { orStale: true }), 'exists');
    assert.equal(await driver.cas(key('none'), 'x', cas, { orStale: true }), 'not-found');
  }),

  needing(['explicitCas', 'cas'], 'stores under the CAS value that the caller chose', async (driver, key) => {
    await driver.set(key('k'), 'v', { explicitCas: 1000n });
    assert.equal((await driver.gets(key('k')))?.cas, 1000n);
    assert.equal(await driver.cas(key('k'), 'w', 1000n, { explicitCas: 1001n }), 'stored');
    assert.equal((await driver.gets(key('k')))?.cas, 1001n);
  }),

  needing(['conditionalGet', 'lease'], 'leaves the value away when the caller has it already', async (driver, key) => {
    await driver.set(key('k'), 'v', { flags: 4 });
    const { cas } = await driver.read(key('k'));
    const again = await driver.read(key('k'), { unlessCas: cas });
    assert.deepEqual([again.status, again.value, again.cas], ['unchanged', undefined, cas]);
    await driver.set(key('k'), 'w');
    assert.deepEqual(summary(await driver.read(key('k'), { unlessCas: cas })), ['hit', 'w', false, false]);
    await rejectsWithCode(driver.read('', { unlessCas: cas }), 'ERR_MEMCACHE_BAD_KEY');
  }),
];
