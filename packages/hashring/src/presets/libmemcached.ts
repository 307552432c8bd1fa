import type { RingOptions } from '../algorithms/algorithms.ts';
import { bucketMap } from '../algorithms/libmemcached-virtual-bucket.ts';
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
  setBuckets,
  setDistribution,
  setKetama,
  setKetamaWeighted,
  setSortHosts,
} from './libmemcached-state.ts';
import { type ConstantCase, type NativeSpelling, spelledBy, words } from './native-spelling.ts';
import { type Switch, switchOption } from './switch-option.ts';

/** Behaviors of libmemcached's C API: `MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED`, or `ketamaWeighted` for short. */
export interface LibmemcachedBehaviors extends Behaviors, Readonly<Partial<Record<Constant, unknown>>> {}

type Constant =
  | `MEMCACHED_BEHAVIOR_${ConstantCase<Exclude<keyof Behaviors, 'bucket' | 'namespace' | keyof LibmemcachedPresetOptions>>}`
  | 'MEMCACHED_CALLBACK_NAMESPACE'
  | 'MEMCACHED_CALLBACK_PREFIX_KEY';

interface Behaviors extends LibmemcachedPresetOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** Hash of the keys. `hsieh` is for a library that is built with it: setting it fails with Debian's. @default 'default', which is one_at_a_time */
  readonly hash?: LibmemcachedHashName;
  /**
   * `consistent` and `consistent_ketama` are one and the same: 100 points per server, made with the hash of the keys,
   * until a weight above 1 silently switches the points to weighted md5. `consistent_weighted` has these from the start.
   *
   * @default 'modula'
   */
  readonly distribution?: LibmemcachedDistribution;
  /** `true` is the distribution `consistent_ketama`, `false` is `modula`. @default none */
  readonly ketama?: Switch;
  /** `true` is the distribution `consistent_weighted` and the hash md5, `false` is `ketama: true`. @default none */
  readonly ketamaWeighted?: Switch;
  /** @default false */
  readonly sortHosts?: Switch;
  /** `MEMCACHED_CALLBACK_NAMESPACE`: a prefix of all keys, which is only hashed with `hashWithPrefixKey`. @default '' */
  readonly namespace?: string;
  /** @default false */
  readonly hashWithPrefixKey?: Switch;
  /** A consistent ring is built again without a dead server. @default false */
  readonly removeFailedServers?: Switch;
  /** The older name of `removeFailedServers`. @default false */
  readonly autoEjectHosts?: Switch;
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

const preset: LibmemcachedPreset<Behaviors> = {
  name: 'libmemcached',
  rules: {
    ...libmemcachedPresetRules,
    ...ignoredOptions(IGNORED),
    hash: hashRule(),
    distribution: oneOf('modula', LIBMEMCACHED_DISTRIBUTIONS),
    ketama: switchOption(),
    ketamaWeighted: switchOption(),
    sortHosts: switchOption(),
    namespace: text(),
    hashWithPrefixKey: switchOption(),
    removeFailedServers: switchOption(),
    autoEjectHosts: switchOption(),
    bucket: bucketMap,
  },
  setters: {
    hash: setHash,
    distribution: setDistribution,
    ketama: (state, on) => setKetama(state, Boolean(on)),
    ketamaWeighted: (state, on) => setKetamaWeighted(state, Boolean(on)),
    sortHosts: (state, on) => setSortHosts(state, Boolean(on)),
    namespace: (state, prefix) => (state.prefix = prefix),
    hashWithPrefixKey: (state, on) => (state.hashWithPrefix = Boolean(on)),
    removeFailedServers: (state, on) => (state.removeFailedServers = Boolean(on)),
    autoEjectHosts: (state, on) => (state.removeFailedServers = Boolean(on)),
    bucket: setBuckets,
  },
};

/** `MEMCACHED_BEHAVIOR_SORT_HOSTS` for `sortHosts`, and `MEMCACHED_HASH_MD5` for `md5`. */
function inC(rules: object): NativeSpelling {
  const behaviors = Object.keys(rules).filter((name) => name !== 'bucket' && !(name in libmemcachedPresetRules));
  const { names } = spelledBy(behaviors, (name) => [
    `MEMCACHED_${name === 'namespace' ? 'CALLBACK' : 'BEHAVIOR'}_${words(name, '_').toUpperCase()}`,
  ]);
  return {
    names: { ...names, MEMCACHED_CALLBACK_PREFIX_KEY: 'namespace' },
    value: (name, value) =>
      typeof value === 'string' && (name === 'hash' || name === 'distribution')
        ? value.replace(/^MEMCACHED_(?:HASH|DISTRIBUTION)_([A-Z0-9_]+)$/, (_, constant: string) =>
            constant.toLowerCase(),
          )
        : value,
  };
}

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
  return followPreset({ ...preset, spelling: inC(preset.rules) }, behaviors);
}
