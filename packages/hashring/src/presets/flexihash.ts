import type { RingOptions } from '../algorithms/algorithms.ts';
import { flexihash as algorithm } from '../algorithms/flexihash.ts';
import { completeOptions, type OptionRules } from '../algorithms/option-rules.ts';

/** Arguments of PHP's `new Flexihash($hasher, $replicas)`. */
export interface FlexihashArguments {
  /** `Crc32Hasher` or `Md5Hasher`. @default 'crc32' */
  readonly hasher?: 'crc32' | 'md5';
  /** How many points a target of weight 1 has. @default 64 */
  readonly replicas?: number;
}

const rules: OptionRules<FlexihashArguments> = {
  hasher: algorithm.options.hash,
  replicas: algorithm.options.replicas,
};

/**
 * The ring of PHP's Flexihash 2 and 3: `flexihash({ hasher: 'md5', replicas: 200 })`. Its targets are the labels of the
 * nodes, or `host:port`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function flexihash(options: FlexihashArguments = {}): RingOptions {
  const { hasher, replicas } = completeOptions<FlexihashArguments>('flexihash', rules, { ...options });
  return { algorithm: 'flexihash', hash: hasher, replicas };
}
