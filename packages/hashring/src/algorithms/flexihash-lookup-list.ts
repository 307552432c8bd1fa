import { above } from '../lookups/above.ts';
import { createPoints } from '../points/point-set.ts';
import { withoutOverwritten } from '../points/without-overwritten.ts';
import type { RingKey, RingNode } from '../ring/ring.ts';
import { validateNodes } from '../ring/validate-nodes.ts';
import { flexihash, flexihashHash, type FlexihashOptions, flexihashPoints } from './flexihash.ts';
import { completeOptions } from './option-rules.ts';

/**
 * `lookupList` of the Flexihash that is in git (8403c28) but was never released: the targets of the next `count` points,
 * each once, so that there are often fewer than `count`. The released one is `ring.replicas(key, count)`.
 *
 * @throws what `createRing` throws.
 */
export function flexihashLookupList(
  nodes: readonly RingNode[],
  given: FlexihashOptions = {},
): (key: RingKey, count: number) => number[] {
  const options = completeOptions<FlexihashOptions>('flexihash', flexihash.options, { ...given });
  validateNodes(nodes, flexihash.weights, (node) => flexihash.label(node, options));
  const { values, owners } = withoutOverwritten(createPoints(flexihashPoints(nodes, options)));
  const locate = above.prepare(values);
  const hash = flexihashHash(options);
  return (key, count) => {
    const from = locate(hash.key(key));
    const next = Array.from({ length: Math.min(count, owners.length) }, (_, i) => owners[(from + i) % owners.length]!);
    return [...new Set(next)];
  };
}
