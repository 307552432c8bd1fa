import { createMetaDriver, type NodeAnswer } from '../../src/index.ts';
import { expect, it } from 'vitest';

import { startPoolLab } from './pool-lab.ts';

async function collect(answers: AsyncIterable<NodeAnswer>): Promise<NodeAnswer[]> {
  const all: NodeAnswer[] = [];
  for await (const answer of answers) all.push(answer);
  return all;
}

const byPort = (a: NodeAnswer, b: NodeAnswer): number => (a.node.port ?? 0) - (b.node.port ?? 0);

it('tells what every node holds, whoever owns the key', async () => {
  await using lab = await startPoolLab();
  const pool = lab.open();
  const key = lab.keyOf(0);
  await using stranger = createMetaDriver(lab.servers[2]!);
  await pool.set(key, 'owner');
  await stranger.set(key, 'left over', { flags: 7 });
  const answers = await collect(pool.readEverywhere(key));
  const expected = [
    { node: lab.ring.nodes[0], item: expect.objectContaining({ value: Buffer.from('owner'), flags: 0 }) as object },
    { node: lab.ring.nodes[1] },
    { node: lab.ring.nodes[2], item: expect.objectContaining({ value: Buffer.from('left over'), flags: 7 }) as object },
  ] as NodeAnswer[];
  expect(answers.toSorted(byPort)).toEqual(expected.toSorted(byPort));
});

it('gives the others before one that is frozen, and that one as an error by its deadline', async () => {
  await using lab = await startPoolLab();
  const pool = lab.open();
  await collect(pool.readEverywhere('k'));
  await lab.servers[1]!.freeze();
  const answers = await collect(pool.readEverywhere('k', { timeoutMs: 300 }));
  expect(answers.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual([
    undefined,
    undefined,
    'ERR_MEMCACHE_TIMEOUT',
  ]);
  expect(answers[2]!.node).toEqual(lab.ring.nodes[1]);
});

it('ends with the reason of its signal, and asks nobody when it is aborted before', async () => {
  await using lab = await startPoolLab();
  const pool = lab.open();
  await lab.servers[1]!.freeze();
  const gone = new AbortController();
  const reading = collect(pool.readEverywhere('k', { timeoutMs: 60_000, signal: gone.signal }));
  gone.abort(new Error('hung up'));
  await expect(reading).rejects.toThrow('hung up');
  await expect(collect(pool.readEverywhere('k', { signal: gone.signal }))).rejects.toThrow('hung up');
});

it('ends the other calls when its consumer stops', async () => {
  await using lab = await startPoolLab();
  await lab.servers[1]!.freeze();
  const pool = lab.open();
  for await (const answer of pool.readEverywhere('k', { timeoutMs: 60_000 })) {
    expect(answer.error).toBeUndefined();
    break;
  }
  // A reload waits for the calls in flight on a node that leaves, and there are none.
  await pool.reload(lab.ring, { drainTimeoutMs: 60_000 });
  expect(lab.events.filter(({ type }) => type === 'drain-expired')).toEqual([]);
});

it('leaves the right to refresh a stale value to those who need it', async () => {
  await using lab = await startPoolLab(1);
  const pool = lab.open();
  await pool.set('k', 'old');
  await pool.markStale('k', { ttlSeconds: 60 });
  const [answer] = await collect(pool.readEverywhere('k'));
  expect(answer!.item?.value.toString()).toBe('old');
  expect(await pool.read('k')).toMatchObject({ status: 'stale', mustRefresh: true });
});

it('refuses a key that memcached cannot hold', async () => {
  await using lab = await startPoolLab(1);
  await expect(collect(lab.open().readEverywhere('a b'))).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
});
