import { classOf } from './class-of.ts';
import type { ClassPolicy, Topology } from './topology.ts';

/** What a key with no class gets. */
const defaultPolicy: ClassPolicy = 'invalidate';

/** Compiles what writes do, as `classOf` does; a key without a class is `invalidate`. */
export function policyOf(topology: Pick<Topology, 'classes'>): (key: string | Uint8Array) => ClassPolicy {
  const find = classOf(topology);
  return (key) => find(key)?.policy ?? defaultPolicy;
}
