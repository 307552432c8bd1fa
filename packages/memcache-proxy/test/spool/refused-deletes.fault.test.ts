import { expect, it } from 'vitest';

import { type Backend, createBackend, type Spool } from '../../src/index.ts';
import { deletesOf, setUpTwoNodes } from './two-nodes.ts';

const nodes = setUpTwoNodes();
const bytes = (text: string): Buffer => Buffer.from(text);

interface Lab {
  readonly key: string;
  readonly backend: Backend;
  readonly spool: Spool;
  /** Of another process. */
  readonly other: Spool;
  /** What memcached holds. */
  readonly held: () => Promise<string | undefined>;
  /** Sends the `set` that is under way, and resolves when memcached has it and all is done. */
  readonly send: () => Promise<void>;
}

/** A `set` is under way, which memcached has not got yet; the delete after it did not get its turn, and is in Redis. */
async function afterRefusal(): Promise<Lab> {
  const key = nodes.keyOf(0, 'k');
  const pool = nodes.openPool({ timeoutMs: 30_000, connectTimeoutMs: 30_000 });
  const slow = nodes.openPool({ timeoutMs: 30_000, connectTimeoutMs: 30_000 });
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const target = deletesOf(pool);
  const spool = nodes.lab.open({ target, redisTimeoutMs: 30_000 });
  Object.assign(slow, {
    set: async (...call: Parameters<typeof pool.set>) => {
      await gate;
      await pool.set(...call);
    },
  });
  await pool.set(key, 'old');
  const backend = createBackend({ pool: slow, spool, queueTimeoutMs: 5, spoolTimeoutMs: 60_000 });
  const set = backend.set(key, bytes('under way'));
  await expect(backend.delete(key)).resolves.toBe(true);
  expect(await nodes.lab.redis.xlen('{lockstep:east}:spool')).toBe(1);
  return {
    key,
    backend,
    spool,
    other: nodes.lab.open({ target, redisTimeoutMs: 30_000 }),
    held: async () => (await pool.get(key))?.value.toString(),
    send: async () => {
      open();
      await set;
      await backend.idle();
    },
  };
}

it('deletes what a write has stored that a replay has passed', async () => {
  const { other, held, send } = await afterRefusal();
  expect(await other.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await held()).toBeUndefined();
  await send();
  expect(await held()).toBeUndefined();
});

it('deletes it before the entry is replayed, and keeps what is confirmed afterwards', async () => {
  const { key, backend, other, held, send } = await afterRefusal();
  await send();
  expect(await held()).toBeUndefined();
  await backend.set(key, bytes('newer'));
  expect(await other.replay()).toMatchObject({ entries: 1, left: 0 });
  expect(await held()).toBe('newer');
});

it('is in the spool for another process while the first one is stuck, or gone', async () => {
  const { spool, other, held, send } = await afterRefusal();
  await spool.close();
  expect(await other.replay()).toEqual({ deletes: 1, entries: 1, left: 0 });
  expect(await held()).toBeUndefined();
  // A spool that is closed keeps nobody from being told, nor the node from forgetting.
  await send();
  expect(await held()).toBeUndefined();
});
