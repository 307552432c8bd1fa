import { type Operation, type PackedWrites, writtenKeys } from '@lockstep/replication';
import { describe, expect, it } from 'vitest';

import { createRoutedApplier } from '../src/routed-applier.ts';

const forget = (key: string): Operation => ({ kind: 'delete', key: Buffer.from(key) });
const topology = {
  classes: [
    { prefix: 'both:', policy: 'replicate' as const, pools: ['main', 'old'] },
    { prefix: 'old:', policy: 'none' as const, pools: ['old'] },
  ],
};

/** Deletes of these keys, packed. */
function pack(...keys: readonly string[]): PackedWrites {
  const ends = keys.map((_, index) => keys.slice(0, index + 1).join('').length);
  const none = new Uint32Array(keys.length);
  return {
    count: keys.length,
    bytes: Buffer.from(keys.join('')),
    keyStarts: Uint32Array.from([0, ...ends.slice(0, -1)]),
    keyEnds: Uint32Array.from(ends),
    valueStarts: none,
    valueEnds: none,
    flags: none,
    expiresAt: new Float64Array(keys.length),
  };
}

/** Pools that remember what they were given. */
function record(failing?: string) {
  const taken: Record<string, string[]> = {};
  const get = (name: string) => ({
    async applyBatch(operations: readonly { readonly key: Buffer | string }[]) {
      if (name === failing) throw new Error(`${name} is away`);
      (taken[name] ??= []).push(...operations.map(({ key }) => String(key)));
    },
    async applyPacked(writes: PackedWrites) {
      if (name === failing) throw new Error(`${name} is away`);
      (taken[name] ??= []).push(...writtenKeys(writes).map(String));
    },
  });
  return { taken, get };
}

describe('createRoutedApplier', () => {
  it('carries each operation out on every pool of its class', async () => {
    const { taken, get } = record();
    const applier = createRoutedApplier({ topology, get });
    await applier.applyBatch([forget('both:1'), forget('old:1'), forget('other')], { timeoutMs: 9 });
    expect(taken).toEqual({ main: ['both:1', 'other'], old: ['both:1', 'old:1'] });
  });

  it('carries packed writes out on every pool of their classes, all at once where there is one pool', async () => {
    const { taken, get } = record();
    const applier = createRoutedApplier({ topology, get });
    await applier.applyPacked?.(pack('both:1', 'old:1', 'other', 'both:2'), { timeoutMs: 9 });
    expect(taken).toEqual({ main: ['both:1', 'other', 'both:2'], old: ['both:1', 'old:1', 'both:2'] });
    const whole = pack('both:1', 'other');
    const given: PackedWrites[] = [];
    const pool = { ...get('main'), applyPacked: async (writes: PackedWrites) => void given.push(writes) };
    await createRoutedApplier({ topology: { classes: [] }, get: () => pool }).applyPacked?.(whole, { timeoutMs: 9 });
    expect(given[0]).toBe(whole);
    const failing = createRoutedApplier({ topology, get: record('old').get });
    await expect(failing.applyPacked?.(pack('both:1'), { timeoutMs: 9 })).rejects.toThrow('old is away');
  });

  it('rejects when one of the pools did not confirm, after all have been tried', async () => {
    const { taken, get } = record('old');
    const applier = createRoutedApplier({ topology, get });
    await expect(applier.applyBatch([forget('both:1')], { timeoutMs: 9 })).rejects.toThrow('old is away');
    expect(taken).toEqual({ main: ['both:1'] });
  });

  it('clears classes only where it was given how', async () => {
    const { get } = record();
    const cleared: string[] = [];
    const applier = createRoutedApplier({ topology, get }, async (prefixes) => {
      cleared.push(...prefixes.map(String));
    });
    await applier.clear?.([Buffer.from('both:')], { timeoutMs: 9 });
    expect(cleared).toEqual(['both:']);
    expect('clear' in createRoutedApplier({ topology, get })).toBe(false);
  });

  it('goes over to another routing when no batch is under way on the old one', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const applier = createRoutedApplier({ topology, get: () => ({ applyBatch: () => held, applyPacked: () => held }) });
    const under = applier.applyBatch([forget('a')], { timeoutMs: 9 });
    const { taken, get } = record();
    let isReplaced = false;
    const replacing = applier.replace({ topology: { classes: [] }, get }).then(() => (isReplaced = true));
    await applier.applyBatch([forget('old:1')], { timeoutMs: 9 });
    expect(taken).toEqual({ main: ['old:1'] });
    expect(isReplaced).toBe(false);
    release();
    await Promise.all([under, replacing]);
    expect(isReplaced).toBe(true);
  });
});
