import { systemClock } from '@lockstep/core';

import {
  type Backend,
  type BackendClass,
  type BackendOptions,
  createBackend,
  type DeleteSpool,
  type ProxyWrite,
} from '../../src/index.ts';
import { MemoryPool } from './memory-pool.ts';

export const NOW_SECONDS = 1_800_000_000;

/** A backend with one class, `c:`, over the pools `a` and `b`, and everything that it told. */
export interface ClassLab {
  readonly backend: Backend;
  readonly main: MemoryPool;
  readonly a: MemoryPool;
  readonly b: MemoryPool;
  readonly writes: ProxyWrite[];
  /** What the spool took, as `pool key`. */
  readonly spooled: string[];
}

export function startClassLab(rules: Partial<BackendClass> = {}, options: Partial<BackendOptions> = {}): ClassLab {
  const [main, a, b] = [new MemoryPool(), new MemoryPool(), new MemoryPool()];
  const writes: ProxyWrite[] = [];
  const spooled: string[] = [];
  const spool: DeleteSpool = {
    add: async ({ pool, key }) => void spooled.push(`${pool} ${key.toString()}`),
  };
  const pools = [
    { name: 'a', pool: a },
    { name: 'b', pool: b },
  ];
  const backend = createBackend({
    pool: main,
    classes: [{ prefix: 'c:', pools, ...rules }],
    onWrite: async (write) => void writes.push(write),
    spool,
    clock: { ...systemClock, now: () => NOW_SECONDS * 1000 },
    ...options,
  });
  return { backend, main, a, b, writes, spooled };
}

/** What a pool holds under a key, as text. */
export function held(pool: MemoryPool, key: string): string | undefined {
  return pool.items.get(key)?.value.toString();
}

/** What the hook heard, in short. */
export function heard(writes: readonly ProxyWrite[]): string[] {
  return writes.map((write) => (write.kind === 'set' ? `set ${write.value.toString()}` : 'delete'));
}

export function bytes(text: string): Buffer {
  return Buffer.from(text);
}
