import type { RingNode } from '../../src/index.ts';

/** Nodes of equal weight, in a network as it is found: `10.0.1.1` and so on. */
export function fleet(count: number): RingNode[] {
  return Array.from({ length: count }, (_, index) => ({
    host: `10.0.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`,
    port: 11_211,
  }));
}
