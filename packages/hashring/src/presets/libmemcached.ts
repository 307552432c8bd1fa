import type { RingOptions } from '../algorithms/algorithms.ts';
import { bucketMap } from '../algorithms/libmemcached-virtual-bucket.ts';
import { flag, oneOf, text } from '../algorithms/option-rules.ts';
import { ignoredOptions } from './ignored-options.ts';
import {
  followPreset,
  type LibmemcachedHashName,
  type LibmemcachedPreset,
  libmemcachedPresetRules,
  type LibmemcachedPresetOptions,
  setHash,
} from './libmemcached-preset.ts';
import {
  type LibmemcachedDistribution,
  setBuckets,
  setDistribution,
  setKetama,
  setKetamaWeighted,
  setSortHosts,
} from './libmemcached-state.ts';

/** Behaviors of libmemcached's C API: `MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED` is `ketamaWeighted`. */
export interface LibmemcachedBehaviors
  extends LibmemcachedPresetOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** Hash of the keys. `hsieh` fails with Debian's build. @default 'default', which is one_at_a_time */
  readonly hash?: LibmemcachedHashName;
  /**
   * `consistent` and `consistent_ketama` are one and the same: 100 points per server, made with the hash of the keys,
   * until a weight above 1 silently switches the points to weighted md5. `consistent_weighted` has these from the start.
   *
   * @default 'modula'
   */
  readonly distribution?: LibmemcachedDistribution;
  /** `true` is the distribution `consistent_ketama`, `false` is `modula`. @default none */
  readonly ketama?: boolean;
  /** `true` is the distribution `consistent_weighted` and the hash md5, `false` is `ketama: true`. @default none */
  readonly ketamaWeighted?: boolean;
  /** @default false */
  readonly sortHosts?: boolean;
  /** `MEMCACHED_CALLBACK_NAMESPACE`: a prefix of all keys, which is only hashed with `hashWithPrefixKey`. @default '' */
  readonly namespace?: string;
  /** @default false */
  readonly hashWithPrefixKey?: boolean;
  /** A consistent ring is built again without a dead server. @default false */
  readonly removeFailedServers?: boolean;
  /** The older name of `removeFailedServers`. @default false */
  readonly autoEjectHosts?: boolean;
  /** The host map of `memcached_bucket_set`, which also sets the distribution. @default none */
  readonly bucket?: readonly number[];
}

/** Behaviors that do not change where keys go; `KETAMA_HASH` has no effect at all. */
const IGNORED = [
  'ketamaHash',
  'noBlock',
  'tcpNodelay',
  'tcpKeepalive',
  'tcpKeepidle',
  'socketSendSize',
  'socketRecvSize',
  'cacheLookups',
  'supportCas',
  'pollTimeout',
  'bufferRequests',
  'verifyKey',
  'connectTimeout',
  'retryTimeout',
  'deadTimeout',
  'binaryProtocol',
  'sndTimeout',
  'rcvTimeout',
  'serverFailureLimit',
  'serverTimeoutLimit',
  'ioMsgWatermark',
  'ioBytesWatermark',
  'ioKeyPrefetch',
  'noreply',
  'useUdp',
  'numberOfReplicas',
  'randomizeReplicaRead',
] as const;

const preset: LibmemcachedPreset<LibmemcachedBehaviors> = {
  name: 'libmemcached',
  rules: {
    ...libmemcachedPresetRules,
    ...ignoredOptions(IGNORED),
    hash: oneOf('default', [
      'default',
      'md5',
      'crc',
      'fnv1_64',
      'fnv1a_64',
      'fnv1_32',
      'fnv1a_32',
      'hsieh',
      'murmur',
      'jenkins',
      'murmur3',
    ]),
    distribution: oneOf('modula', [
      'modula',
      'consistent',
      'consistent_ketama',
      'consistent_ketama_spy',
      'consistent_weighted',
      'virtual_bucket',
      'random',
    ]),
    ketama: flag(false),
    ketamaWeighted: flag(false),
    sortHosts: flag(false),
    namespace: text(),
    hashWithPrefixKey: flag(false),
    removeFailedServers: flag(false),
    autoEjectHosts: flag(false),
    bucket: bucketMap,
  },
  setters: {
    hash: setHash,
    distribution: setDistribution,
    ketama: setKetama,
    ketamaWeighted: setKetamaWeighted,
    sortHosts: setSortHosts,
    namespace: (state, prefix) => (state.prefix = prefix),
    hashWithPrefixKey: (state, on) => (state.hashWithPrefix = on),
    removeFailedServers: (state, on) => (state.removeFailedServers = on),
    autoEjectHosts: (state, on) => (state.removeFailedServers = on),
    bucket: setBuckets,
  },
};

/**
 * The ring of libmemcached 1.1.4 in C: `libmemcached({ ketamaWeighted: true, hash: 'crc' })`. Behaviors are set in the order
 * they are written in, before the servers are added. A unix socket that is added by `memcached_server_add` and not
 * `memcached_server_add_unix_socket` has port 11211: give it its path as `label`.
 *
 * Debian's build aborts the process at the 101st server of a consistent distribution.
 *
 * @throws TypeError for a behavior that it does not have. @throws RangeError for a value that it does not take.
 */
export function libmemcached(behaviors: LibmemcachedBehaviors = {}): RingOptions {
  return followPreset(preset, behaviors);
}
