import type { Random } from './random.ts';

/** One process to end by SIGKILL, and for how long. */
export interface Kill {
  readonly atMs: number;
  readonly downMs: number;
  readonly target: 'shipper' | 'receiver' | 'memcached';
  readonly region: string;
  /** Which memcached of the pool. */
  readonly node: number;
}

const targets = ['shipper', 'receiver', 'memcached'] as const;

/** Spreads kills over the run, one at a time, each kind at least once, ending before the load does. */
export function planKills(random: Random, seconds: number, regions: readonly string[], nodes: number): Kill[] {
  const total = Math.max(targets.length, Math.floor(seconds / 2));
  const slotMs = (seconds * 1000 * 0.9) / total;
  return Array.from({ length: total }, (_, index) => ({
    atMs: slotMs * index + random.next() * slotMs * 0.3,
    downMs: Math.min(slotMs * 0.5, random.integer(200, 1500)),
    target: targets[index % targets.length] ?? 'shipper',
    region: random.pick(regions),
    node: random.integer(0, nodes - 1),
  }));
}
