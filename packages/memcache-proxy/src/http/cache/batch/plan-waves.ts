import type { PreparedOp } from './run-batch.ts';

/**
 * Splits a batch into waves that run one after the other: operations on one key come into different
 * waves, in their order, unless all of them read. Nearly always there is one wave.
 */
export function planWaves(prepared: readonly PreparedOp[]): number[][] {
  const first = prepared.map((_op, index) => index);
  if (prepared.every(({ op }) => op.verb === 'get')) return [first];
  const waves: number[][] = [];
  /** For each key: the wave of its last operation, and whether that was a read. */
  const last = new Map<string, { readonly wave: number; readonly isRead: boolean }>();
  prepared.forEach((entry, index) => {
    const isRead = entry.op.verb === 'get';
    const name = 'error' in entry ? '' : entry.storedKey.toString('latin1' as never);
    const before = name === '' ? undefined : last.get(name);
    const wave = before === undefined ? 0 : before.isRead && isRead ? before.wave : before.wave + 1;
    if (name !== '') last.set(name, { wave, isRead });
    (waves[wave] ??= []).push(index);
  });
  return waves;
}
