import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { connect, entry, listed, type SpoolLab, startSpoolLab } from './spool-lab.ts';

let lab: SpoolLab;

beforeEach(async () => {
  lab = await startSpoolLab();
});

afterEach(() => lab[Symbol.asyncDispose]());

it('keeps entries on disk while Redis is dead, and moves them there when it is back', async () => {
  const spool = lab.open();
  lab.target.down.add('dead');
  await spool.add(entry('dead:1'));
  await lab.server.kill();
  await spool.add(entry('dead:2'));
  await spool.add(entry('dead:3'));
  expect(spool.stats()).toMatchObject({ added: 3, diskEntries: 2 });
  spool.start();
  await expect.poll(() => lab.target.calls.length).toBeGreaterThan(1);
  expect(spool.stats().diskEntries).toBe(2);
  await lab.server.restart();
  await expect.poll(() => spool.stats()).toMatchObject({ moved: 2, diskEntries: 0, diskBytes: 0 });
  expect(await listed(spool)).toEqual(['redis main dead:1', 'redis main dead:2', 'redis main dead:3']);
  lab.target.down.clear();
  await expect.poll(() => listed(spool)).toEqual([]);
  expect(lab.target.deleted).toEqual(['main dead:1', 'main dead:2', 'main dead:3']);
});

it('replays from disk while Redis is dead, without what is there for nodes that are down too', async () => {
  const spool = lab.open();
  lab.target.down.add('dead');
  await lab.server.kill();
  await Promise.all([spool.add(entry('dead:1')), spool.add(entry('live:1'))]);
  spool.start();
  await expect.poll(() => spool.stats()).toMatchObject({ deletes: 1, diskEntries: 1 });
  lab.target.down.clear();
  await expect.poll(() => spool.stats()).toMatchObject({ deletes: 2, diskEntries: 0 });
  expect(lab.target.deleted).toEqual(['main live:1', 'main dead:1']);
});

it('takes the disk when Redis is frozen, and clears both when it goes on', async () => {
  const spool = lab.open();
  await spool.add(entry('a:1'));
  await lab.server.freeze();
  await spool.add(entry('a:2'));
  await spool.add(entry('a:3'));
  expect(spool.stats().diskEntries).toBe(2);
  await lab.server.thaw();
  spool.start();
  await expect.poll(() => new Set(lab.target.deleted)).toEqual(new Set(['main a:1', 'main a:2', 'main a:3']));
  await expect.poll(() => listed(spool)).toEqual([]);
});

it('says so when neither Redis nor the disk has room, and takes entries again when there is some', async () => {
  const spool = lab.open({ maxRedisEntries: 1, maxDiskBytes: 60 });
  await spool.add(entry('a:1'));
  await spool.add(entry('a:2'));
  await expect(spool.add(entry('a:3'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_SPOOL_FULL' });
  expect(await listed(spool)).toEqual(['disk main a:2', 'redis main a:1']);
  expect(spool.stats()).toMatchObject({ added: 2, refused: 1 });
  await spool.replay();
  await expect(spool.add(entry('a:3'))).resolves.toMatch(/^\d+-\d+$/);
});

it('says so when the disk cannot be written', async () => {
  await lab.server.kill();
  const file = join(lab.directory, 'file');
  await writeFile(file, '');
  const spool = lab.open({ directory: join(file, 'spool') });
  await expect(spool.add(entry('a:1'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_SPOOL_FAILED' });
});

it('bounds what waits for a commit', async () => {
  await lab.server.freeze();
  const spool = lab.open({ maxWaiting: 10 });
  const adds = Array.from({ length: 20 }, (_, index) => spool.add(entry(`a:${index}`)));
  const outcomes = await Promise.allSettled(adds);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(refused.map(({ reason }) => reason as unknown)).toEqual(
    Array.from({ length: 10 }, () => expect.objectContaining({ code: 'ERR_MEMCACHE_PROXY_SPOOL_FULL' })),
  );
});

it('takes over what a spool left that was closed while Redis was dead', async () => {
  await lab.server.kill();
  const first = lab.open();
  await first.add(entry('a:1'));
  await first.close();
  expect(await readdir(lab.directory)).toHaveLength(1);
  const second = lab.open();
  second.start();
  await expect.poll(() => lab.target.deleted).toEqual(['main a:1']);
  await expect.poll(() => second.stats()).toMatchObject({ diskEntries: 0 });
  await second.close();
});

it('goes on after another process lost the lease with it', async () => {
  const other = connect(lab.server.port);
  const spool = lab.open();
  spool.start();
  await expect.poll(() => spool.stats().isReplaying).toBe(true);
  await other.set('{lockstep:east}:spool:replayer', 'a zombie', 'PX', 300);
  await expect.poll(() => spool.stats().isReplaying).toBe(false);
  await spool.add(entry('a:1'));
  await expect.poll(() => lab.target.deleted).toEqual(['main a:1']);
  other.disconnect();
});
