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
import { setBuckets, setDistribution, setKetamaWeighted, setSortHosts } from './libmemcached-state.ts';

/** Options of php-memcached (PECL `memcached`): `OPT_LIBKETAMA_COMPATIBLE` is `libketamaCompatible`. */
export interface PhpMemcachedOptions
  extends LibmemcachedPresetOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /**
   * `OPT_LIBKETAMA_COMPATIBLE`: weighted ketama, and md5 for keys, over any `hash` that stands before it. `false` goes
   * back to `modula` and the default hash.
   *
   * @default false
   */
  readonly libketamaCompatible?: boolean;
  /**
   * `OPT_DISTRIBUTION`. `consistent` is not ketama: 100 points per server, made with the hash of the keys. Any weight
   * above 1 silently switches its points, and only those, to weighted md5; see `setAfterServers`.
   *
   * @default 'modula'
   */
  readonly distribution?: 'modula' | 'consistent' | 'virtual_bucket';
  /**
   * `OPT_HASH`. Before `libketamaCompatible` it has no effect; after it, keys have this hash while points stay md5.
   * Setting `hsieh` fails with Debian's libmemcached, and keeps the hash there was.
   *
   * @default 'default', which is one_at_a_time
   */
  readonly hash?: Exclude<LibmemcachedHashName, 'jenkins' | 'murmur3'>;
  /** `OPT_PREFIX_KEY`. It is part of the key on the server, but is only hashed with `hashWithPrefixKey`. @default '' */
  readonly prefixKey?: string;
  /** `OPT_HASH_WITH_PREFIX_KEY`. @default false */
  readonly hashWithPrefixKey?: boolean;
  /** `OPT_SORT_HOSTS`. @default false */
  readonly sortHosts?: boolean;
  /** `OPT_REMOVE_FAILED_SERVERS`: a consistent ring is built again without a dead server. @default false */
  readonly removeFailedServers?: boolean;
  /** `OPT_AUTO_EJECT_HOSTS`: the older name of `removeFailedServers`. @default false */
  readonly autoEjectHosts?: boolean;
  /** The host map of `Memcached::setBucket`, which also sets the distribution. @default none */
  readonly bucket?: readonly number[];
}

/** Options of php-memcached that do not change where keys go; `OPT_LIBKETAMA_HASH` has no effect at all. */
const IGNORED = [
  'libketamaHash',
  'compression',
  'compressionType',
  'serializer',
  'userFlags',
  'storeRetryCount',
  'itemSizeLimit',
  'tcpKeepalive',
  'bufferWrites',
  'binaryProtocol',
  'noBlock',
  'tcpNodelay',
  'socketSendSize',
  'socketRecvSize',
  'connectTimeout',
  'retryTimeout',
  'deadTimeout',
  'sendTimeout',
  'recvTimeout',
  'pollTimeout',
  'cacheLookups',
  'serverFailureLimit',
  'serverTimeoutLimit',
  'noreply',
  'verifyKey',
  'useUdp',
  'numberOfReplicas',
  'randomizeReplicaRead',
] as const;

const preset: LibmemcachedPreset<PhpMemcachedOptions> = {
  name: 'phpMemcached',
  rules: {
    ...libmemcachedPresetRules,
    ...ignoredOptions(IGNORED),
    libketamaCompatible: flag(false),
    distribution: oneOf('modula', ['modula', 'consistent', 'virtual_bucket']),
    hash: oneOf('default', ['default', 'md5', 'crc', 'fnv1_64', 'fnv1a_64', 'fnv1_32', 'fnv1a_32', 'hsieh', 'murmur']),
    prefixKey: text(),
    hashWithPrefixKey: flag(false),
    sortHosts: flag(false),
    removeFailedServers: flag(false),
    autoEjectHosts: flag(false),
    bucket: bucketMap,
  },
  setters: {
    libketamaCompatible(state, on) {
      setKetamaWeighted(state, on);
      if (on) return;
      // libmemcached would go to unweighted ketama and keep md5: the extension cleans up behind it.
      setHash(state, 'default');
      setDistribution(state, 'modula');
    },
    distribution: setDistribution,
    hash: setHash,
    prefixKey: (state, prefix) => (state.prefix = prefix),
    hashWithPrefixKey: (state, on) => (state.hashWithPrefix = on),
    sortHosts: setSortHosts,
    removeFailedServers: (state, on) => (state.removeFailedServers = on),
    autoEjectHosts: (state, on) => (state.removeFailedServers = on),
    bucket: setBuckets,
  },
};

/**
 * The ring of php-memcached 3.2 with libmemcached 1.1.4: `phpMemcached({ libketamaCompatible: true })`. Options are set in
 * the order they are written in, as by `Memcached::setOptions`, before the servers are added.
 *
 * Debian's libmemcached aborts the process at the 101st server of a consistent distribution.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function phpMemcached(options: PhpMemcachedOptions = {}): RingOptions {
  return followPreset(preset, options);
}
