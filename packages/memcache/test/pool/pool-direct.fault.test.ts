import { createRing } from '@lockstep/hashring';
import { expect, it } from 'vitest';

import type { AnswerTaker, MemcachePool } from '../../src/index.ts';
import { codeOf } from '../hammer.ts';
import { startPoolLab } from './pool-lab.ts';

const value = Buffer.from('value');

/** How a direct call ends, or that it was not made. */
function ask(make: (taker: AnswerTaker) => boolean): Promise<string> {
  return new Promise((resolve) => {
    const isMade = make({
      onValue: (bytes, start, end) => resolve(bytes.toString('latin1', start, end)),
      onDone: () => resolve('done'),
      onFailure: (error) => resolve(codeOf(error)),
    });
    if (!isMade) resolve('not made');
  });
}

function get(pool: MemcachePool, key: string): Promise<string> {
  return ask((taker) => pool.direct!.get(key, taker));
}

function set(pool: MemcachePool, key: string): Promise<string> {
  return ask((taker) => pool.direct!.set(key, value, 0, value.length, 0, 0, taker));
}

it('brings calls to the nodes that own their keys, and counts their failures as those of other calls', async () => {
  await using lab = await startPoolLab(2);
  const pool = lab.open({ downAfterTimeouts: 2, hardTimeoutMs: 10_000 });
  const [key, other] = [lab.keyOf(0), lab.keyOf(1)];
  await Promise.all([pool.get(key), pool.get(other)]);
  expect(await Promise.all([set(pool, key), set(pool, other)])).toEqual(['done', 'done']);
  expect(await Promise.all([get(pool, key), get(pool, other)])).toEqual(['value', 'value']);
  await lab.servers[0]!.freeze();
  expect(await get(pool, key)).toBe('ERR_MEMCACHE_TIMEOUT');
  expect(await set(pool, key)).toBe('ERR_MEMCACHE_TIMEOUT');
  expect(await Promise.all([get(pool, key), get(pool, other)])).toEqual(['not made', 'value']);
  expect(lab.events.map(({ type }) => type)).toEqual(['node-down']);
  await lab.servers[0]!.thaw();
});

it('answers a read that a fault fails with a miss where the pool is told to, and a store with the error', async () => {
  await using lab = await startPoolLab(1);
  const pool = lab.open({ failover: 'miss', downAfterTimeouts: 100 });
  await pool.get('k');
  await lab.servers[0]!.freeze();
  expect(await Promise.all([get(pool, 'k'), set(pool, 'k')])).toEqual(['done', 'ERR_MEMCACHE_TIMEOUT']);
  await lab.servers[0]!.thaw();
});

it('leaves calls of a pool with a shadow, or with former owners to read, to the other way', async () => {
  await using lab = await startPoolLab(1);
  const [plain, copied] = [lab.open(), lab.open()];
  const shadowed = lab.open({ shadow: { pool: copied, share: 1 } });
  const warming = lab.open({ warmUp: { from: lab.ring } });
  await Promise.all([plain, shadowed, warming].map((pool) => pool.get('k')));
  const outcomes = await Promise.all([plain, shadowed, warming].flatMap((pool) => [set(pool, 'k'), get(pool, 'k')]));
  expect(outcomes).toEqual(['done', 'value', 'not made', 'not made', 'not made', 'not made']);
});

it('has a reload wait for what is on its way', async () => {
  await using lab = await startPoolLab(2);
  const pool = lab.open({ timeoutMs: 300 });
  const key = lab.keyOf(0);
  await pool.get(key);
  await lab.servers[0]!.freeze();
  const answer = set(pool, key);
  const { host, port } = lab.servers[1]!;
  const reloaded = pool.reload(createRing([{ host, port }])).then(() => 'reloaded');
  expect(await Promise.race([answer, reloaded])).toBe('ERR_MEMCACHE_TIMEOUT');
  await reloaded;
  await lab.servers[0]!.thaw();
});
