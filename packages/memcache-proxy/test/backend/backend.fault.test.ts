import { createRing } from '@lockstep/hashring';
import { createPool, type Key, type MemcachePool } from '@lockstep/memcache';
import { startMemcached } from '@lockstep/testing';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import { type Backend, createBackend, type PoolLike, type ProxyWrite } from '../../src/index.ts';

type Server = Awaited<ReturnType<typeof startMemcached>>;

let nodes: Server[];
let ring: ReturnType<typeof createRing>;
let pool: MemcachePool;
let backend: Backend;
const writes: ProxyWrite[] = [];
const spooled: string[] = [];
/** The writes that the pool failed, as `spooled` has them. */
const failed: string[] = [];

beforeAll(async () => {
  nodes = await Promise.all(Array.from({ length: 3 }, () => startMemcached()));
  ring = createRing(nodes.map(({ host, port }) => ({ host, port })));
  pool = createPool({ ring, timeoutMs: 1000 });
  backend = createBackend({
    pool: recordFailures(pool),
    onWrite: async (write) => void writes.push(write),
    spool: { add: async ({ pool: name, key }) => void spooled.push(`${name} ${key.toString()}`) },
  });
});
afterAll(async () => {
  await pool.close();
  await Promise.all(nodes.map((node) => node.close()));
});
beforeEach(() => {
  writes.length = 0;
  spooled.length = 0;
  failed.length = 0;
});

function recordFailures(real: MemcachePool): PoolLike {
  const record = <T>(key: Key, call: Promise<T>): Promise<T> => {
    call.catch(() => failed.push(`main ${key.toString()}`));
    return call;
  };
  return new Proxy(real, {
    get(target, name) {
      if (name === 'set') return (...args: Parameters<MemcachePool['set']>) => record(args[0], target.set(...args));
      if (name === 'delete') return (key: Key) => record(key, target.delete(key));
      const found: unknown = Reflect.get(target, name);
      return typeof found === 'function' ? (found.bind(target) as unknown) : found;
    },
  });
}

/** Keys that the node with this index owns. */
function keysOn(index: number, count: number, name: string): string[] {
  const keys: string[] = [];
  for (let number = 0; keys.length < count; number++) {
    if (ring.pick(`${name}-${number}`) === index) keys.push(`${name}-${number}`);
  }
  return keys;
}

async function untilItServes(index: number): Promise<void> {
  const [key] = keysOn(index, 1, 'probe');
  await vi.waitFor(async () => expect(await pool.set(key!, Buffer.from('v'))).toBeUndefined(), { timeout: 15_000 });
}

it('tells the hook of every write in order, and spools each one that was not confirmed once, when a node is killed', async () => {
  const keys = keysOn(0, 4, 'killed');
  const ends = keys.map((key) => ({ key, outcomes: [] as string[] }));
  const load = ends.map(async ({ key, outcomes }) => {
    for (let count = 0; count < 1500; count++) {
      const value = Buffer.from(String(count));
      const call = count % 3 === 2 ? backend.delete(key) : backend.set(key, value);
      await call.then(
        () => outcomes.push(count % 3 === 2 ? 'delete' : `set ${count}`),
        () => outcomes.push('unknown'),
      );
      if (count === 500 && key === keys[0]) void nodes[0]!.kill();
    }
  });
  await Promise.all(load);
  for (const { key, outcomes } of ends) {
    const own = writes.filter((write) => write.key.toString() === key);
    const told = own.map((write) => (write.kind === 'set' ? `set ${write.value.toString()}` : 'delete'));
    expect(told).toEqual(outcomes.map((outcome) => (outcome === 'unknown' ? 'delete' : outcome)));
    expect(outcomes).toContain('unknown');
  }
  expect(spooled.toSorted()).toEqual(failed.toSorted());
  expect(backend.stats().spooled).toBe(spooled.length);
  await nodes[0]!.restart({ keepData: false });
  await untilItServes(0);
});

it('spools each delete of a node that is down exactly once, and says that it is done', async () => {
  const keys = keysOn(1, 50, 'gone');
  await nodes[1]!.kill();
  const outcomes = await Promise.all(keys.map((key) => backend.delete(key)));
  expect(new Set(outcomes)).toEqual(new Set([true]));
  expect(spooled.toSorted()).toEqual(keys.map((key) => `main ${key}`).toSorted());
  expect(writes).toHaveLength(50);
  await nodes[1]!.restart();
  await untilItServes(1);
});

it('reads the keys of the other nodes while one is frozen, each in its place', async () => {
  const keys = [0, 1, 2].flatMap((index) => keysOn(index, 20, 'many'));
  await Promise.all(keys.map((key) => backend.set(key, Buffer.from(key))));
  await nodes[2]!.freeze();
  try {
    const before = backend.stats().failures;
    const outcomes = await backend.getMany(keys.toReversed());
    const frozen = outcomes.slice(0, 20);
    expect(frozen.map((outcome) => (outcome as { code?: string }).code)).toEqual(
      frozen.map(() => 'ERR_MEMCACHE_PROXY_READ_FAILED'),
    );
    const others = outcomes.slice(20).map((outcome) => (outcome as { value: Buffer }).value.toString());
    expect(others).toEqual(keys.slice(0, 40).toReversed());
    expect(backend.stats().failures - before).toBe(20);
  } finally {
    await nodes[2]!.thaw();
  }
  await untilItServes(2);
});

it('tells what every node answered when a delete on all of them is not confirmed', async () => {
  const [key] = keysOn(0, 1, 'everywhere');
  await nodes[2]!.kill();
  const outcomes = [{ confirmed: true }, { confirmed: true }, { confirmed: false }];
  await expect(backend.deleteEverywhere(key!)).rejects.toMatchObject({
    code: 'ERR_MEMCACHE_PROXY_WRITE_UNKNOWN',
    cause: { outcomes },
  });
  await expect(backend.deleteEverywhere(key!, { policy: 'quorum' })).resolves.toHaveLength(3);
  expect(writes.map(({ kind }) => kind)).toEqual(['delete', 'delete']);
  // The one whose policy was met as well: that node has missed it too.
  await vi.waitFor(() => expect(spooled).toEqual([`main ${key}`, `main ${key}`]));
  const answers: string[] = [];
  for await (const answer of backend.readEverywhere(key!))
    answers.push(answer.error === undefined ? 'answered' : 'failed');
  expect(answers.toSorted()).toEqual(['answered', 'answered', 'failed']);
  await nodes[2]!.restart();
  await untilItServes(2);
});

it('spools a delete that a stand-in took for a node that is down', async () => {
  await using lender = createPool({ ring, timeoutMs: 1000, failover: 'sequence' });
  const owed: string[] = [];
  const spool = { add: async ({ key }: { key: Buffer }) => void owed.push(key.toString()) };
  const lending = createBackend({ pool: lender, spool });
  const [key] = keysOn(2, 1, 'lent') as [string];
  await lending.set(key, Buffer.from('old'));
  await nodes[2]!.kill();
  await vi.waitFor(async () => {
    await lending.get(key).catch(() => {});
    expect(lender.isAway(key)).toBe(true);
  });
  await lending.delete(key);
  expect(owed).toEqual([key]);
  await nodes[2]!.restart();
});
