import type { RingOptions } from '../algorithms/algorithms.ts';
import { flexihash as algorithm } from '../algorithms/flexihash.ts';
import { oneOf, type OptionRules } from '../algorithms/option-rules.ts';
import { clientOptions } from './client-options.ts';

/** Arguments of PHP's `new Flexihash($hasher, $replicas)`. */
export interface FlexihashArguments {
  /** The class, or `crc32` and `md5` for short. @default 'crc32' */
  readonly hasher?: keyof typeof HASHERS;
  /** How many points a target of weight 1 has. @default 64 */
  readonly replicas?: number;
}

const HASHERS = { Crc32Hasher: 'crc32', Md5Hasher: 'md5', crc32: 'crc32', md5: 'md5' } as const;

const rules: OptionRules<FlexihashArguments> = {
  hasher: oneOf('crc32', ['crc32', 'md5', 'Crc32Hasher', 'Md5Hasher']),
  replicas: algorithm.options.replicas,
};

/**
 * The ring of PHP's Flexihash 2 and 3: `flexihash({ hasher: 'Md5Hasher', replicas: 200 })`. Its targets are the labels of
 * the nodes, or `host:port`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function flexihash(options: FlexihashArguments = {}): RingOptions {
  const { hasher, replicas } = clientOptions<FlexihashArguments>('flexihash', rules, options);
  return { algorithm: 'flexihash', hash: HASHERS[hasher], replicas };
}
