import type { MemcachePool } from '@lockstep/memcache';
import { expect, it } from 'vitest';

import { type Backend, createBackend, type Spool } from '../../src/index.ts';
import { deletesOf, setUpTwoNodes } from './two-nodes.ts';

const nodes = setUpTwoNodes();
const bytes = (text: string): Buffer => Buffer.from(text);

interface Lab {
  readonly key: string;
  readonly pool: MemcachePool;
  readonly spool: Spool;
  readonly backend: Backend;
}

/** What happens before a proof is kept, and between the claim of values and their delete. */
interface Between {
  readonly keep?: (spool: Spool) => Promise<unknown>;
  readonly claimed?: () => Promise<unknown>;
}

/** A key whose `set` has timed out, and whose node is back. */
async function afterTimeout({ keep, claimed }: Between = {}): Promise<Lab> {
  const key = nodes.keyOf(0, 'k');
  const pool = nodes.openPool({ onReturn: 'keep', timeoutMs: 1000, connectTimeoutMs: 1000 });
  const inner = deletesOf(pool);
  const spool = nodes.lab.open({
    target: {
      nodeOf: (name, its) => inner.nodeOf!(name, its),
      apply: (name, keys, options) =>
        inner.apply(name, keys, {
          ...options,
          claim: async (values) => {
            const stays = await options.claim!(values);
            await claimed?.();
            return stays;
          },
        }),
    },
  });
  const backend = createBackend({
    pool,
    spool: {
      add: (entry) => spool.add(entry),
      nodeOf: (name, its) => spool.nodeOf(name, its),
      keep: async (proof) => {
        await keep?.(spool);
        return spool.keep(proof);
      },
    },
  });
  await pool.set(key, 'old');
  await nodes.servers[0]!.freeze();
  await expect(backend.set(key, bytes('new'))).rejects.toMatchObject({ code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN' });
  expect(spool.stats().added).toBe(1);
  await nodes.servers[0]!.thaw();
  await expect.poll(() => pool.get(key).then(Boolean, () => false)).toBe(true);
  return { key, pool, spool, backend };
}

async function held({ pool, key }: Lab): Promise<string | undefined> {
  return (await pool.get(key))?.value.toString();
}

const proofs = (): Promise<Record<string, string>> => nodes.lab.redis.hgetall('{lockstep:east}:spool:proofs');

it.each([
  ['set', (backend: Backend, key: string) => backend.set(key, bytes('retry'))],
  ['replace', (backend: Backend, key: string) => backend.replace(key, bytes('retry'))],
  ['cas', async (backend: Backend, key: string) => backend.cas(key, bytes('retry'), (await backend.gets(key))!.cas!)],
  ['ms', (backend: Backend, key: string) => backend.meta({ command: 'ms', key, flags: [], value: bytes('retry') })],
] as const)('keeps the value of a %s that was confirmed after one that timed out', async (_name, retry) => {
  const lab = await afterTimeout();
  await retry(lab.backend, lab.key);
  expect(Object.keys(await proofs())).toEqual([`main\n${lab.key}`]);
  expect(await lab.spool.replay()).toEqual({ deletes: 0, entries: 1, left: 0 });
  expect(await held(lab)).toBe('retry');
  // The proof goes with its entry.
  expect(await proofs()).toEqual({});
});

it('answers an ms without the CAS value that the client did not ask for', async () => {
  const lab = await afterTimeout();
  const ms = { command: 'ms', key: lab.key, value: bytes('retry') } as const;
  expect(await lab.backend.meta({ ...ms, flags: ['k'] })).toEqual({ status: 'HD', flags: [`k${lab.key}`] });
  expect(await lab.backend.meta({ ...ms, flags: ['c'] })).toEqual({
    status: 'HD',
    flags: [expect.stringMatching(/^c\d+$/)],
  });
});

it('deletes a value that was written without a proof', async () => {
  const lab = await afterTimeout();
  await lab.pool.set(lab.key, 'of somebody else');
  expect(await lab.spool.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await held(lab)).toBeUndefined();
});

it('deletes what a late write has put in the place of the value that was confirmed', async () => {
  const lab = await afterTimeout();
  await lab.backend.set(lab.key, bytes('retry'));
  await lab.pool.set(lab.key, 'late');
  expect(await lab.spool.replay()).toMatchObject({ left: 0 });
  expect(await held(lab)).toBeUndefined();
});

it('deletes the value when another write has failed since', async () => {
  const lab = await afterTimeout();
  await lab.backend.set(lab.key, bytes('retry'));
  await nodes.servers[0]!.freeze();
  await expect(lab.backend.delete(lab.key)).resolves.toBe(true);
  await nodes.servers[0]!.thaw();
  await expect.poll(() => lab.spool.replay()).toMatchObject({ left: 0 });
  expect(await held(lab)).toBeUndefined();
});

it('deletes the value for a failure that it is no proof against: one that was spooled after the proof', async () => {
  const lab = await afterTimeout();
  await lab.backend.set(lab.key, bytes('retry'));
  await lab.spool.add({ pool: 'main', key: bytes(lab.key), failedAt: Date.now() });
  expect(await lab.spool.replay()).toEqual({ deletes: 1, entries: 2, left: 0 });
  expect([await held(lab), await proofs()]).toEqual([undefined, {}]);
});

it('keeps the last of several values that were confirmed', async () => {
  const lab = await afterTimeout();
  await lab.backend.set(lab.key, bytes('first'));
  await lab.backend.set(lab.key, bytes('second'));
  expect(await lab.spool.replay()).toMatchObject({ deletes: 0, left: 0 });
  expect(await held(lab)).toBe('second');
});

it('stores a value once more that a replay has deleted before its proof was there', async () => {
  const lab = await afterTimeout({ keep: (spool) => spool.replay() });
  await lab.backend.set(lab.key, bytes('retry'));
  expect(lab.spool.stats()).toMatchObject({ deletes: 1, replayed: 1 });
  expect(await held(lab)).toBe('retry');
  expect(await lab.spool.replay()).toEqual({ deletes: 0, entries: 0, left: 0 });
});

it('stores a value once more that a replay is about to delete', async () => {
  let open = (): void => {};
  const isClaimed = new Promise<void>((resolve) => (open = resolve));
  let proofsAsked = 0;
  let stored: Promise<void> | undefined;
  const lab = await afterTimeout({
    keep: () => (++proofsAsked === 1 ? isClaimed : Promise.resolve()),
    claimed: () => {
      open();
      return stored!;
    },
  });
  stored = lab.backend.set(lab.key, bytes('retry'));
  await expect.poll(() => proofsAsked).toBe(1);
  expect(await lab.spool.replay()).toEqual({ deletes: 0, entries: 1, left: 0 });
  await stored;
  expect([proofsAsked, await held(lab)]).toEqual([2, 'retry']);
});

it('confirms the write, and lets the replay delete it, while Redis does not take the proof', async () => {
  const lab = await afterTimeout();
  await nodes.lab.server.freeze();
  await expect(lab.backend.set(lab.key, bytes('retry'))).resolves.toBeUndefined();
  await nodes.lab.server.thaw();
  expect(nodes.lab.events).toContainEqual(expect.objectContaining({ type: 'failed', operation: 'keep' }));
  await nodes.lab.redis.del('{lockstep:east}:spool:proofs');
  await expect.poll(() => lab.spool.replay().catch(() => undefined)).toMatchObject({ left: 0 });
  expect(await held(lab)).toBeUndefined();
});
