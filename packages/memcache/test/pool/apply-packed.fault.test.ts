import { createRing } from '@lockstep/hashring';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { createPool, type MemcacheError, type Mutation, type PackedMutations } from '../../src/index.ts';
import { packMutations } from '../pack-mutations.ts';
import { startScriptedServer } from '../scripted-server.ts';
import { createFakeDriver } from './fake-driver.ts';
import { type PoolLab, startPoolLab, textOf } from './pool-lab.ts';

let lab: PoolLab;

beforeAll(async () => {
  lab = await startPoolLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

function set(key: string | Buffer, value: string | Buffer, flags = 0, expiresAt = 0): Mutation {
  return { kind: 'set', key: Buffer.from(key), value: Buffer.from(value), flags, expiresAt };
}

function del(key: string | Buffer): Mutation {
  return { kind: 'delete', key: Buffer.from(key) };
}

it('stores and deletes on the nodes that own the keys, and counts expiries from now', async () => {
  const pool = lab.open({ timeoutMs: 2000 });
  const keys = Array.from({ length: 300 }, (_, index) => `packed-${index}`);
  await Promise.all(keys.map((key) => pool.set(key, 'before')));
  const seconds = Math.floor(Date.now() / 1000);
  const mutations = keys.map((key, index) => {
    if (index % 3 === 0) return del(key);
    return set(key, 'v'.repeat(index), index, index % 3 === 1 ? 0 : seconds + (index % 2 === 0 ? 100 : -1));
  });
  await pool.applyPacked(packMutations(mutations));
  const items = await pool.getMany(keys);
  expect(items.map((item) => item && { bytes: item.value.length, flags: item.flags })).toEqual(
    keys.map((_, index) =>
      index % 3 === 0 || (index % 3 === 2 && index % 2 === 1) ? undefined : { bytes: index, flags: index },
    ),
  );
  await pool.applyPacked(packMutations([]));
});

it('deletes the key of a value that a server refuses for good', async () => {
  const pool = lab.open({ timeoutMs: 2000 });
  await Promise.all([pool.set('large', 'before'), pool.set('small', 'before')]);
  await pool.applyPacked(packMutations([set('large', Buffer.alloc(2 ** 21)), set('small', 'after')]));
  expect(await Promise.all([textOf(pool.get('large')), textOf(pool.get('small'))])).toEqual([undefined, 'after']);
});

it('deletes the key of a value that a server has no memory for, as it may keep the one from before', async () => {
  await using server = await startScriptedServer((socket, line) => {
    const opaque = /O\d+$/.exec(line)?.[0];
    if (line.startsWith('ms full')) socket.write('SERVER_ERROR out of memory storing object\r\n');
    else if (opaque !== undefined) socket.write(`HD ${opaque}\r\n`);
    else if (line === 'mn') socket.write('MN\r\n');
  });
  await using pool = createPool({ ring: createRing([{ host: server.host, port: server.port }]), timeoutMs: 2000 });
  await pool.applyPacked(packMutations([set('full', 'x'), del('other')]));
  expect(server.commands.at(-2)).toMatch(/^md full O\d+$/);
});

it('refuses a key that memcached does not take before it writes anything, and takes keys that need base64', async () => {
  const pool = lab.open({ timeoutMs: 2000 });
  await pool.delete('first');
  const refused = pool.applyPacked(packMutations([set('first', 'x'), set('a b', 'x')]));
  await expect(refused).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
  const long = pool.applyPacked(packMutations([set('first', 'x'), del('k'.repeat(251))]));
  await expect(long).rejects.toHaveProperty('code', 'ERR_MEMCACHE_BAD_KEY');
  expect(await pool.get('first')).toBeUndefined();
  const binary = lab.open({ timeoutMs: 2000, keys: 'binary' });
  await binary.applyPacked(packMutations([set(Buffer.from('a b'), 'x'), set('first', 'y')]));
  expect(await Promise.all([textOf(binary.get('a b')), textOf(binary.get('first'))])).toEqual(['x', 'y']);
});

it('copies to a shadow, and hands one by one to drivers that take nothing packed', async () => {
  const copied: Mutation[] = [];
  const target = createFakeDriver({
    set: async (key, value, { flags = 0 } = {}) => {
      copied.push(set(key, value, flags));
    },
    delete: async (key) => copied.push(del(key)) > 0,
  });
  const shadow = { pool: target as never, share: 1 };
  const taken: Mutation[] = [];
  const createDriver = () =>
    createFakeDriver({
      batch: async (mutations) => {
        taken.push(...mutations);
      },
    });
  const pool = lab.open({ shadow, createDriver });
  const mutations = [set('one', '1', 5), del('two')];
  await pool.applyPacked(packMutations(mutations));
  expect(taken).toHaveLength(2);
  expect(taken).toEqual(expect.arrayContaining(mutations));
  expect(copied).toEqual(mutations);
  await lab.open({ createDriver }).applyPacked(packMutations([del('three')]));
  expect(taken.at(-1)).toEqual(del('three'));
});

it('confirms nothing while a node is down, and has the deletes made up for before that node serves again', async () => {
  const pool = lab.open({ timeoutMs: 300 });
  const [away, unsent, here] = [lab.keyOf(0), lab.keyOf(0, 'other'), lab.keyOf(1)];
  await pool.applyPacked(packMutations([away, unsent, here].map((key) => set(key, 'old'))));
  await lab.servers[0]!.freeze();
  const packed: PackedMutations = packMutations([del(away), set(here, 'new')]);
  const error = (await pool.applyPacked(packed).catch((reason: unknown) => reason)) as MemcacheError;
  expect(error.code).toBe('ERR_MEMCACHE_PARTIAL_BATCH');
  expect(error.outcomes.filter(({ confirmed }) => confirmed)).toHaveLength(1);
  expect(await textOf(pool.get(here))).toBe('new');
  await lab.until('node-down', () => pool.applyPacked(packed));
  // This one is not sent at all.
  await expect(pool.applyPacked(packMutations([del(unsent)]))).rejects.toHaveProperty('code', error.code);
  await lab.servers[0]!.thaw();
  await expect.poll(() => pool.nodes().every(({ up }) => up), { timeout: 15_000 }).toBe(true);
  expect(await Promise.all([pool.get(away), pool.get(unsent)])).toEqual([undefined, undefined]);
});
