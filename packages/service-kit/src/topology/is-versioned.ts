import { policyOf } from './policy-of.ts';
import type { Topology } from './topology.ts';

/** Compiles whether a key is of a class `replicate-versioned`, as `policyOf` does; without such a class it costs nothing. */
export function isVersioned(topology: Pick<Topology, 'classes'>): (key: string | Uint8Array) => boolean {
  if (!topology.classes.some(({ policy }) => policy === 'replicate-versioned')) return () => false;
  const find = policyOf(topology);
  return (key) => find(key) === 'replicate-versioned';
}
