import { checkLeaks } from '@lockstep/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { connect, entry, type SpoolLab, startSpoolLab } from './spool-lab.ts';

let lab: SpoolLab;

beforeEach(async () => {
  lab = await startSpoolLab();
});

afterEach(() => lab[Symbol.asyncDispose]());

/** Adds so many entries of a node, 2,000 at a time. */
async function addMany(spool: ReturnType<SpoolLab['open']>, node: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 2000)
    await Promise.all(Array.from({ length: 2000 }, (_, index) => spool.add(entry(`${node}:${from + index}`))));
}

it('replays 100,000 entries of two nodes, of which one is down until the end, each delete once', async () => {
  const spool = lab.open({ redisTimeoutMs: 10_000 });
  lab.target.down.add('dead');
  await addMany(spool, 'dead', 50_000);
  await addMany(spool, 'live', 50_000);
  spool.start();
  await expect.poll(() => lab.target.deleted.length, { timeout: 60_000 }).toBe(50_000);
  await spool.add(entry('live:last'));
  await expect.poll(() => lab.target.deleted.at(-1)).toBe('main live:last');
  lab.target.down.clear();
  await expect.poll(() => lab.target.deleted.length, { timeout: 60_000 }).toBe(100_001);
  expect(new Set(lab.target.deleted).size).toBe(100_001);
  await expect.poll(() => spool.stats()).toMatchObject({ redisEntries: 0, waitingNodes: 0 });
}, 120_000);

it('does no harm with two replayers at once, which delete all and nothing else', async () => {
  const clients = [connect(lab.server.port), connect(lab.server.port)];
  const spools = clients.map((client) => lab.open({ client, redisTimeoutMs: 5000 }));
  await addMany(spools[0]!, 'live', 10_000);
  const reports = await Promise.all(spools.map((spool) => spool.replay()));
  expect(new Set(lab.target.deleted).size).toBe(10_000);
  expect(reports.map(({ left }) => left)).toEqual([0, 0]);
  expect((await spools[0]!.replay()).entries).toBe(0);
  for (const client of clients) client.disconnect();
});

it('keeps nothing of what it has replayed', async () => {
  const spool = lab.open({
    redisTimeoutMs: 10_000,
    target: { apply: async (_, keys) => keys.map(() => ({ confirmed: true })) },
  });
  await checkLeaks(async () => {
    await addMany(spool, 'live', 10_000);
    await spool.replay();
  });
  expect(spool.stats().replayed).toBe(70_000);
}, 120_000);
