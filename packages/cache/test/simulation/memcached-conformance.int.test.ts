import { createRing } from '@lockstep/hashring';
import { createPool, type MemcachePool } from '@lockstep/memcache';
import { type MemcachedServer, startMemcached } from '@lockstep/testing';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { deleteUnchanged, type MemcacheRead, type MemcacheTarget } from '../../src/shared/memcache-target.ts';
import { MemcachedModel } from './memcached/memcached-model.ts';
import { metaTarget } from './memcached/meta-target.ts';
import { type TargetCall, targetCall } from './memcached/target-call-arbitrary.ts';

let server: MemcachedServer;
let pool: MemcachePool;

beforeAll(async () => {
  server = await startMemcached();
  pool = createPool({ ring: createRing([{ host: server.host, port: server.port }]), timeoutMs: 10_000 });
});
afterAll(async () => {
  await pool.close();
  await server.close();
});

function newModel(seconds: () => number = () => 0): MemcacheTarget {
  const model = new MemcachedModel(seconds);
  return metaTarget(async (request) => model.execute(request));
}

/** Makes calls on a target. Numbers of stores differ by server: they are told by the order in which they were seen. */
class Caller {
  readonly #target: MemcacheTarget;
  readonly #seen: bigint[] = [];
  readonly #ofKey = new Map<string, bigint[]>();

  constructor(target: MemcacheTarget) {
    this.#target = target;
  }

  call(asked: TargetCall): Promise<unknown> {
    const target = this.#target;
    if (asked.call === 'read') return target.read(asked.key, asked).then((read) => this.#told(asked.key, read));
    if (asked.call === 'delete') return target.delete(asked.key);
    if (asked.call === 'deleteUnchanged') return deleteUnchanged(target, asked.key, this.#casOf(asked), {});
    const { key, value, flags } = asked;
    if (asked.call === 'add') return target.add(key, value, { ttlSeconds: 1000 });
    return target.cas(key, value, this.#casOf(asked), { ttlSeconds: 1000, flags });
  }

  #casOf({ key, cas }: { readonly key: string; readonly cas: number }): bigint {
    return this.#ofKey.get(key)?.at(-1 - cas) ?? 2n ** 62n;
  }

  #told(key: string, { cas, value, ttlSeconds, ...rest }: MemcacheRead): unknown {
    if (cas !== 0n) {
      if (!this.#seen.includes(cas)) this.#seen.push(cas);
      const ofKey = this.#ofKey.get(key) ?? [];
      if (ofKey.at(-1) !== cas) this.#ofKey.set(key, [...ofKey, cas]);
    }
    // A second may pass between a store and a read of a real server.
    const isNear = ttlSeconds > 90;
    return {
      ...rest,
      ttlSeconds: isNear ? 'long' : ttlSeconds,
      value: value?.toString(),
      cas: this.#seen.indexOf(cas),
    };
  }
}

/** What a caller sees of an item until it is gone, each thing once. */
async function lifeOf(target: MemcacheTarget, key: string, pass: () => Promise<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let isThere = true; isThere; await pass()) {
    const { status, ttlSeconds, isRefreshing } = await target.read(key);
    isThere = status === 'hit' || isRefreshing;
    const now = { status, ttlSeconds, isRefreshing };
    if (JSON.stringify(seen.at(-1)) !== JSON.stringify(now)) seen.push(now);
  }
  return seen;
}

describe('the simulated memcached', () => {
  it('answers the same sequences of calls as a real one does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(targetCall, { minLength: 1, maxLength: 30 }), async (calls) => {
        await Promise.all(['a', 'b'].map((key) => pool.delete(key)));
        const [model, real] = [new Caller(newModel()), new Caller(pool)];
        for (const asked of calls) expect([asked, await model.call(asked)]).toEqual([asked, await real.call(asked)]);
      }),
      { numRuns: Number(process.env['LOCKSTEP_SIM_RUNS'] ?? 100) },
    );
  });

  it.each([
    ['a value', (target: MemcacheTarget) => target.add('life', 'v', { ttlSeconds: 2 })],
    ['a lease', (target: MemcacheTarget) => target.read('life', { leaseSeconds: 2 })],
  ])('lets %s end as a real one does', async (_, begin) => {
    await pool.delete('life');
    let now = 0.4;
    const model = newModel(() => Math.floor(now));
    await begin(model);
    await begin(pool);
    const real = await lifeOf(pool, 'life', () => new Promise((resolve) => setTimeout(resolve, 20)));
    const ours = await lifeOf(model, 'life', async () => (now += 0.02));
    // How much of the first second has passed when it begins is not known.
    expect(ours.slice(-2)).toEqual(real.slice(-2));
    expect(ours).toHaveLength(3);
    expect(real.length).toBeLessThanOrEqual(3);
  });
});
