import type { Operation } from '@lockstep/replication';
import { describe, expect, it } from 'vitest';

import { createRoutedApplier } from '../src/routed-applier.ts';

const forget = (key: string): Operation => ({ kind: 'delete', key: Buffer.from(key) });
const topology = {
  classes: [
    { prefix: 'both:', policy: 'replicate' as const, pools: ['main', 'old'] },
    { prefix: 'old:', policy: 'none' as const, pools: ['old'] },
  ],
};

/** Pools that remember what they were given. */
function record(failing?: string) {
  const taken: Record<string, string[]> = {};
  const get = (name: string) => ({
    async applyBatch(operations: readonly { readonly key: Buffer | string }[]) {
      if (name === failing) throw new Error(`${name} is away`);
      (taken[name] ??= []).push(...operations.map(({ key }) => String(key)));
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
    const applier = createRoutedApplier({ topology, get: () => ({ applyBatch: () => held }) });
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
