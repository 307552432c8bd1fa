import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import type { Backend, WritePolicy } from '../../src/index.ts';
import type { ClaimValues } from '../../src/spool/apply-deletes.ts';
import { deleteUnproven } from '../../src/spool/delete-unproven.ts';
import { bytes, held, startClassLab } from './class-lab.ts';
import { MemorySpool } from './memory-spool.ts';
import { type MemoryPool, poolError } from './memory-pool.ts';

const KEYS = ['c:1', 'c:2'];

const writes: Readonly<Record<string, (backend: Backend, key: string, value: string) => Promise<unknown>>> = {
  set: (backend, key, value) => backend.set(key, bytes(value)),
  add: (backend, key, value) => backend.add(key, bytes(value)),
  replace: (backend, key, value) => backend.replace(key, bytes(value)),
  cas: async (backend, key, value) => {
    const item = await backend.gets(key);
    return item && backend.cas(key, bytes(value), item.cas!);
  },
  append: (backend, key) => backend.append(key, bytes('0')),
  incr: (backend, key) => backend.incr(key, 1n),
  delete: (backend, key) => backend.delete(key),
  markStale: (backend, key) => backend.markStale(key),
  touch: (backend, key) => backend.touch(key, 60),
  gat: (backend, key) => backend.gat(key, 60),
};

/** Half of the calls go well; the others time out before or after they were carried out, or are refused. */
const faults = fc.infiniteStream(
  fc.constantFrom(
    undefined,
    undefined,
    undefined,
    { error: poolError('ERR_MEMCACHE_TIMEOUT'), isCarriedOut: false },
    { error: poolError('ERR_MEMCACHE_TIMEOUT'), isCarriedOut: true },
    { error: poolError('ERR_MEMCACHE_OVERLOADED'), isCarriedOut: false },
  ),
);
/** A replay of what the spool has for a key stands among the writes. */
const steps = fc.array(
  fc.record({
    write: fc.constantFrom(...Object.keys(writes), 'replay', 'replay'),
    key: fc.constantFrom(...KEYS),
    isAwaited: fc.boolean(),
  }),
  { minLength: 1, maxLength: 20 },
);
const { signal } = new AbortController();
const policies = fc.constantFrom<WritePolicy>('all', 'first-success', 'async');

/** Whatever fails: once the spool is replayed, nobody has another value than the others, but for having none. */
it('leaves pools and other regions with one value or none', async () => {
  await fc.assert(
    fc.asyncProperty(policies, steps, faults, faults, async (policy, list, faultsOfA, faultsOfB) => {
      const spool = new MemorySpool();
      const { backend, a, b, writes: told } = startClassLab({ writes: policy }, { spool });
      const pools: Readonly<Record<string, MemoryPool>> = { a, b };
      const replay = async (key: string): Promise<void> => {
        for (const entry of spool.entriesOf(key)) {
          const claim: ClaimValues = async ([value]) => [spool.claim(entry, value!.cas)];
          const [outcome] = await deleteUnproven(pools[entry.pool]!, [bytes(key)], claim, { signal });
          if (outcome!.confirmed) spool.remove(entry);
        }
      };
      a.nextFault = () => faultsOfA.next().value;
      b.nextFault = () => faultsOfB.next().value;
      const ends: Promise<unknown>[] = [];
      for (const [index, { write, key, isAwaited }] of list.entries()) {
        const end = (writes[write]?.(backend, key, `${index + 1}`) ?? replay(key)).catch(() => {});
        ends.push(end);
        if (isAwaited) await end;
      }
      await Promise.all(ends);
      // Also what no client waits for.
      await backend.reload({ pool: a });
      await new Promise((resolve) => setImmediate(resolve));
      a.nextFault = undefined;
      b.nextFault = undefined;
      for (const key of KEYS) await replay(key);
      expect(spool.size).toBe(0);
      const region = new Map<string, string>();
      for (const write of told) {
        if (write.kind === 'set') region.set(write.key.toString(), write.value.toString());
        else region.delete(write.key.toString());
      }
      for (const key of KEYS) {
        const known = [held(a, key), held(b, key), region.get(key)].filter((value) => value !== undefined);
        expect(new Set(known).size, `${key}: ${known.join()}`).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 1000 },
  );
});
