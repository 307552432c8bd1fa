import type { ProxyWrite } from '@lockstep/memcache-proxy';
import type { Operation } from '@lockstep/replication';
import { describe, expect, it } from 'vitest';

import { createWriteHook } from '../src/write-hook.ts';

const key = Buffer.from('user:1');
const set: ProxyWrite = { kind: 'set', key, value: Buffer.from('Ada'), flags: 7, expiresAt: 0 };

function record(policy: 'replicate' | 'invalidate' | 'none', failing?: 'journal' | 'invalidations') {
  const journaled: Operation[] = [];
  const invalidated: string[] = [];
  const hook = createWriteHook({
    policyOf: () => policy,
    journal: {
      async append(operation) {
        if (failing === 'journal') throw new Error('journal is away');
        journaled.push(operation);
      },
    },
    invalidations: {
      async publish(keys) {
        if (failing === 'invalidations') throw new Error('log is away');
        invalidated.push(...keys.map(String));
        return '1-0';
      },
    },
  });
  return { hook, journaled, invalidated };
}

describe('createWriteHook', () => {
  it('journals the whole write of a class that replicates', async () => {
    const { hook, journaled, invalidated } = record('replicate');
    await hook(set);
    expect(journaled).toEqual([set]);
    expect(invalidated).toEqual(['user:1']);
  });

  it('journals a delete for a write of a class that invalidates', async () => {
    const { hook, journaled, invalidated } = record('invalidate');
    await hook(set);
    expect(journaled).toEqual([{ kind: 'delete', key }]);
    expect(invalidated).toEqual(['user:1']);
  });

  it('journals nothing of a class that does not travel, and still invalidates it here', async () => {
    const { hook, journaled, invalidated } = record('none');
    await hook(set);
    expect(journaled).toEqual([]);
    expect(invalidated).toEqual(['user:1']);
  });

  it('passes a delete on as a delete', async () => {
    const { hook, journaled } = record('replicate');
    await hook({ kind: 'delete', key });
    expect(journaled).toEqual([{ kind: 'delete', key }]);
  });

  it.each(['journal', 'invalidations'] as const)('rejects when the %s cannot take the write', async (failing) => {
    await expect(record('replicate', failing).hook(set)).rejects.toThrow('is away');
  });
});
