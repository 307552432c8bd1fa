import { afterEach, beforeEach, expect, it } from 'vitest';

import { entry, listed, type SpoolLab, startSpoolLab } from './spool-lab.ts';

let lab: SpoolLab;

beforeEach(async () => {
  lab = await startSpoolLab();
});

afterEach(() => lab[Symbol.asyncDispose]());

it('keeps an entry in Redis until its delete was confirmed, in the documented fields', async () => {
  const spool = lab.open();
  await spool.add(entry('a:1'));
  expect(await lab.redis.xrange('{lockstep:east}:spool', '-', '+')).toEqual([
    [expect.any(String), ['v', '1', 'p', 'main', 'k', 'a:1', 't', '1700000000000']],
  ]);
  expect(await listed(spool)).toEqual(['redis main a:1']);
  expect(await spool.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(lab.target.deleted).toEqual(['main a:1']);
  expect(await listed(spool)).toEqual([]);
});

it('replays in the background once it is started', async () => {
  const spool = lab.open();
  spool.start();
  await spool.add(entry('a:1'));
  await expect.poll(() => lab.target.deleted).toEqual(['main a:1']);
  await expect.poll(() => spool.stats()).toMatchObject({ added: 1, deletes: 1, replayed: 1, redisEntries: 0 });
  expect(lab.events.map(({ type }) => type)).toEqual(['spooled', 'replayed']);
});

it('keeps what a node that is down owes, and does not hold up the others', async () => {
  const spool = lab.open();
  lab.target.down.add('dead');
  spool.start();
  await Promise.all([spool.add(entry('dead:1')), spool.add(entry('live:1')), spool.add(entry('dead:2'))]);
  await expect.poll(() => lab.target.deleted).toEqual(['main live:1']);
  await spool.add(entry('live:2'));
  await expect.poll(() => lab.target.deleted).toEqual(['main live:1', 'main live:2']);
  expect(await listed(spool)).toEqual(['redis main dead:1', 'redis main dead:2']);
  expect(spool.stats().waitingNodes).toBe(1);
  lab.target.down.clear();
  await expect.poll(() => listed(spool)).toEqual([]);
  expect(lab.target.deleted.slice(2)).toEqual(['main dead:1', 'main dead:2']);
  await expect.poll(() => spool.stats().waitingNodes).toBe(0);
});

it('deletes a key once that is in the spool many times', async () => {
  // An entry that Redis did not confirm in time is kept once more.
  const spool = lab.open({ redisTimeoutMs: 20_000 });
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => spool.add(entry(`a:${index}`))));
  }
  const report = await spool.replay();
  expect(report).toEqual({ deletes: 100, entries: 3000, left: 0 });
  expect(lab.target.deleted).toHaveLength(100);
});

it('writes one entry for calls that wait at the same time with the same key', async () => {
  const spool = lab.open();
  await Promise.all(Array.from({ length: 100 }, () => spool.add(entry('a:1'))));
  expect(await listed(spool)).toEqual(['redis main a:1']);
  expect(spool.stats().added).toBe(100);
});

it('keeps the entries of a pool that is no more, and replays the others', async () => {
  const spool = lab.open();
  await Promise.all([spool.add(entry('a:1', 'gone')), spool.add(entry('a:2'))]);
  expect(await spool.replay()).toEqual({ deletes: 1, entries: 1, left: 1 });
  expect(await listed(spool)).toEqual(['redis gone a:1']);
});

it('replays one pool where it is asked to', async () => {
  const spool = lab.open();
  await Promise.all([spool.add(entry('a:1', 'one')), spool.add(entry('a:2', 'two'))]);
  expect(await spool.replay({ pool: 'two' })).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await listed(spool)).toEqual(['redis one a:1']);
});

it('leaves what it cannot read where it is, and says so once', async () => {
  const spool = lab.open();
  await lab.redis.xadd('{lockstep:east}:spool', '*', 'v', '2', 'what', 'ever');
  await spool.add(entry('a:1'));
  expect((await spool.replay()).entries).toBe(1);
  expect((await spool.replay()).entries).toBe(0);
  expect(lab.events.filter(({ type }) => type === 'unreadable')).toHaveLength(1);
  expect(await lab.redis.xlen('{lockstep:east}:spool')).toBe(1);
});

it('has one process replay at a time, and another one when that has gone', async () => {
  const [first, second] = [lab.open(), lab.open()];
  first.start();
  await expect.poll(() => first.stats().isReplaying).toBe(true);
  second.start();
  await second.add(entry('a:1'));
  await expect.poll(() => lab.target.deleted).toEqual(['main a:1']);
  // It counts what Redis has struck out.
  await expect.poll(() => first.stats().deletes).toBe(1);
  expect(second.stats().deletes).toBe(0);
  await first.close();
  await expect.poll(() => second.stats().isReplaying).toBe(true);
  await second.add(entry('a:2'));
  await expect.poll(() => second.stats().deletes).toBe(1);
});

it('refuses entries that cannot be one, and everything once it is closed', async () => {
  const spool = lab.open();
  await expect(spool.add(entry('k'.repeat(251)))).rejects.toThrow('a key must have 1 to 250 bytes, got 251');
  await expect(spool.add(entry(''))).rejects.toThrow('a key must have 1 to 250 bytes, got 0');
  await expect(spool.add(entry('k', ''))).rejects.toThrow('the name of a pool must have 1 to 255 bytes, got 0');
  await spool.close();
  const closed = { code: 'ERR_MEMCACHE_PROXY_CLOSED' };
  await expect(spool.add(entry('k'))).rejects.toMatchObject(closed);
  await expect(spool.replay()).rejects.toMatchObject(closed);
});
