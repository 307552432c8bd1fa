import { afterAll, beforeAll, expect, it } from 'vitest';

import { type GetOutcome, MemcacheError } from '../../src/index.ts';
import { type PoolLab, startPoolLab } from './pool-lab.ts';

/** So that no healthy node times out on a busy machine. */
const patient = { timeoutMs: 1000, connectTimeoutMs: 2000 };
let lab: PoolLab;

beforeAll(async () => {
  lab = await startPoolLab();
});
afterAll(() => lab[Symbol.asyncDispose]());

function shown(outcomes: readonly GetOutcome[]): (string | undefined)[] {
  return outcomes.map((outcome) =>
    outcome instanceof MemcacheError ? outcome.code : (outcome as { value?: Buffer })?.value?.toString(),
  );
}

it('tells for each key what its node holds, nothing, or why the node did not answer', async () => {
  const pool = lab.open(patient);
  const [dead, alive] = [lab.keyOf(0), lab.keyOf(1)];
  await pool.set(dead, 'dead');
  await pool.set(alive, 'alive');
  await expect(pool.getManyOutcomes([alive, dead, lab.keyOf(2)]).then(shown)).resolves.toEqual([
    'alive',
    'dead',
    undefined,
  ]);
  await lab.servers[0]!.freeze();
  try {
    const timedOut = await pool.getManyOutcomes([dead, alive, dead, lab.keyOf(2)]);
    expect(shown(timedOut)).toEqual(['ERR_MEMCACHE_TIMEOUT', 'alive', 'ERR_MEMCACHE_TIMEOUT', undefined]);
    await lab.until('node-down', () => pool.get(dead));
    expect(shown(await pool.getManyOutcomes([dead, alive]))).toEqual(['ERR_MEMCACHE_NODE_DOWN', 'alive']);
    await expect(pool.getMany([dead, alive])).rejects.toMatchObject({ code: 'ERR_MEMCACHE_NODE_DOWN' });
  } finally {
    await lab.servers[0]!.thaw();
  }
});

it('tells misses where the pool is told to make misses of faults', async () => {
  const pool = lab.open({ ...patient, failover: 'miss' });
  await pool.set(lab.keyOf(1), 'alive');
  await lab.servers[0]!.freeze();
  try {
    const outcomes = await pool.getManyOutcomes([lab.keyOf(0), lab.keyOf(1)]);
    expect(shown(outcomes)).toEqual([undefined, 'alive']);
  } finally {
    await lab.servers[0]!.thaw();
  }
});

it('has the reason of an aborted signal in the place of the keys that were open', async () => {
  const pool = lab.open(patient);
  const reason = new Error('nobody waits any more');
  await expect(pool.getManyOutcomes([lab.keyOf(1)], { signal: AbortSignal.abort(reason) })).resolves.toEqual([reason]);
});
