import type { RingOptions } from '../algorithms/algorithms.ts';
import { oneOf, text } from '../algorithms/option-rules.ts';
import { ignoredOptions } from './ignored-options.ts';
import {
  followPreset,
  hashRule,
  type LibmemcachedHashName,
  type LibmemcachedPreset,
  libmemcachedPresetRules,
  type LibmemcachedPresetOptions,
  setHash,
} from './libmemcached-preset.ts';
import {
  LIBMEMCACHED_DISTRIBUTIONS,
  type LibmemcachedDistribution,
  setDistribution,
  setKetama,
  setKetamaWeighted,
  setSortHosts,
} from './libmemcached-state.ts';
import { type Switch, switchOption } from './switch-option.ts';

/** Behaviors of pylibmc, by its own names. */
export interface PylibmcOptions
  extends LibmemcachedPresetOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /**
   * Hash of the keys. pylibmc sets it before all the others, so that `ketama_weighted: True` overrides it: weighted ketama
   * with another hash is `distribution: 'consistent_weighted'`. `hsieh` is refused: setting it fails with Debian's libmemcached.
   *
   * @default 'default', which is one_at_a_time
   */
  readonly hash?: Exclude<LibmemcachedHashName, 'hsieh' | 'murmur3'>;
  /**
   * Not ketama in spite of its name: 100 points per server, made with the hash of the keys. Any weight above 1 silently
   * switches the points to weighted md5. `False` is `modula`.
   *
   * @default false
   */
  readonly ketama?: Switch;
  /** Weighted ketama with md5 for keys. `False` where it is given is `ketama: True`. @default none */
  readonly ketama_weighted?: Switch;
  /** It is set after `ketama_weighted`, and overrides it. @default 'modula' */
  readonly distribution?: LibmemcachedDistribution | SpacedDistribution;
  /** @default false */
  readonly _sort_hosts?: Switch;
  /** A prefix of all keys, which is only hashed with `_hash_with_prefix_key`. @default '' */
  readonly namespace?: string;
  /** @default false */
  readonly _hash_with_prefix_key?: Switch;
  /** Builds a consistent ring again without a dead server. @default false */
  readonly auto_eject?: Switch;
  /** Overrides `auto_eject`. @default false */
  readonly remove_failed?: Switch;
}

/** How older releases of pylibmc spell a distribution. */
type SpacedDistribution = 'consistent ketama' | 'consistent ketama spy' | 'consistent weighted' | 'virtual bucket';

/** Behaviors that do not change where keys go; `ketama_hash` has no effect at all. */
const IGNORED = [
  'ketama_hash',
  'no_block',
  'tcp_nodelay',
  'tcp_keepalive',
  'cas',
  'buffer_requests',
  'verify_keys',
  'connect_timeout',
  'send_timeout',
  'receive_timeout',
  'num_replicas',
  'retry_timeout',
  '_retry_timeout',
  'failure_limit',
  'dead_timeout',
  'pickle_protocol',
  '_io_msg_watermark',
  '_io_bytes_watermark',
  '_io_key_prefetch',
  '_noreply',
  '_poll_timeout',
  '_socket_send_size',
  '_socket_recv_size',
] as const;

const preset: LibmemcachedPreset<PylibmcOptions> = {
  name: 'pylibmc',
  order: [
    'hash',
    'ketama',
    'ketama_weighted',
    'distribution',
    'auto_eject',
    'remove_failed',
    '_sort_hosts',
    'namespace',
    '_hash_with_prefix_key',
  ],
  rules: {
    ...libmemcachedPresetRules,
    ...ignoredOptions(IGNORED),
    hash: hashRule(['hsieh', 'murmur3']),
    ketama: switchOption(),
    ketama_weighted: switchOption(),
    distribution: {
      ...oneOf<LibmemcachedDistribution | SpacedDistribution>('modula', LIBMEMCACHED_DISTRIBUTIONS),
      accepts: (value) => typeof value === 'string' && LIBMEMCACHED_DISTRIBUTIONS.includes(underscored(value)),
    },
    _sort_hosts: switchOption(),
    namespace: text(),
    _hash_with_prefix_key: switchOption(),
    auto_eject: switchOption(),
    remove_failed: switchOption(),
  },
  setters: {
    hash: setHash,
    ketama: (state, on) => setKetama(state, Boolean(on)),
    ketama_weighted: (state, on) => setKetamaWeighted(state, Boolean(on)),
    distribution: (state, name) => setDistribution(state, underscored(name)),
    _sort_hosts: (state, on) => setSortHosts(state, Boolean(on)),
    namespace: (state, prefix) => (state.prefix = prefix),
    _hash_with_prefix_key: (state, on) => (state.hashWithPrefix = Boolean(on)),
    auto_eject: (state, on) => (state.removeFailedServers = Boolean(on)),
    remove_failed: (state, on) => (state.removeFailedServers = Boolean(on)),
  },
};

function underscored(name: string): LibmemcachedDistribution {
  return name.replaceAll(' ', '_') as LibmemcachedDistribution;
}

/**
 * The ring of pylibmc 1.6 with libmemcached 1.1.4: `pylibmc({ ketama_weighted: true })`. pylibmc sets behaviors in an
 * order of its own, and those given to `Client` before the servers.
 *
 * Debian's libmemcached aborts the process at the 101st server of a consistent distribution.
 *
 * @throws TypeError for a behavior that it does not have. @throws RangeError for a value that it does not take.
 */
export function pylibmc(behaviors: PylibmcOptions = {}): RingOptions {
  return followPreset(preset, behaviors);
}
