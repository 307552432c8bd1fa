import type { RingOptions } from '../algorithms/algorithms.ts';
import { oneOf, type OptionRules } from '../algorithms/option-rules.ts';
import { spymemcachedKetama } from '../algorithms/spymemcached-ketama.ts';
import type { SpymemcachedFailureMode } from '../failover/spymemcached-failure-mode.ts';
import type { SpymemcachedHashName } from '../hashes/spymemcached-hashes.ts';
import type { SpymemcachedFormat } from '../labels/spymemcached-label.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';

/** What Java's `ConnectionFactoryBuilder` and `KetamaConnectionFactory` of spymemcached are given. */
export interface SpymemcachedSettings extends Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** `CONSISTENT` for the ketama locator, which `KetamaConnectionFactory` has. @default 'ARRAY_MOD' */
  readonly locatorType?: 'ARRAY_MOD' | 'CONSISTENT';
  /**
   * `KetamaConnectionFactory` has `KETAMA_HASH`. The builder does not: `setLocatorType(CONSISTENT)` alone makes a ring with
   * the hash codes of Java's strings.
   *
   * @default 'NATIVE_HASH'
   */
  readonly hashAlg?: SpymemcachedHashName;
  /**
   * How a ketama ring names its nodes. With the default one, a node that the client was given by name needs a label:
   * `cache-1/10.0.0.1:11211`.
   *
   * @default 'SPYMEMCACHED'
   */
  readonly ketamaNodeKeyFormat?: SpymemcachedFormat;
  /** Whether the ketama locator was given weights, which are those of the nodes then. @default false */
  readonly weighted?: boolean;
  /** @default 'Redistribute' */
  readonly failureMode?: SpymemcachedFailureMode;
}

/** Settings that do not change where keys go. */
const IGNORED = [
  'protocol',
  'opTimeout',
  'transcoder',
  'daemon',
  'readBufferSize',
  'useNagleAlgorithm',
  'shouldOptimize',
  'maxReconnectDelay',
  'opQueueMaxBlockTime',
  'timeoutExceptionThreshold',
  'authDescriptor',
  'authWaitTime',
  'keepAlive',
] as const;

const ketama = spymemcachedKetama.options;
const rules: OptionRules<SpymemcachedSettings> = {
  locatorType: oneOf('ARRAY_MOD', ['ARRAY_MOD', 'CONSISTENT']),
  hashAlg: { ...ketama.hash, default: 'NATIVE_HASH' },
  ketamaNodeKeyFormat: ketama.format,
  weighted: ketama.weighted,
  failureMode: ketama.failureMode,
  ...ignoredOptions(IGNORED),
};

/**
 * The ring of Java's spymemcached 2.12: `spymemcached({ locatorType: 'CONSISTENT', hashAlg: 'KETAMA_HASH' })`.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function spymemcached(options: SpymemcachedSettings = {}): RingOptions {
  const given = clientOptions<SpymemcachedSettings>('spymemcached', rules, options);
  const { locatorType, hashAlg, failureMode, weighted } = given;
  if (locatorType === 'ARRAY_MOD') return { algorithm: 'spymemcached-arraymod', hash: hashAlg, failureMode };
  const format = given.ketamaNodeKeyFormat;
  return { algorithm: 'spymemcached-ketama', hash: hashAlg, format, weighted, failureMode };
}
