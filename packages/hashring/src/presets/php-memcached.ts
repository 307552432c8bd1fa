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
import { setBuckets, setDistribution, setKetamaWeighted, setSortHosts } from './libmemcached-state.ts';
import { type ConstantCase, type NativeSpelling, spelledBy, words } from './native-spelling.ts';
import { type Switch, switchOption } from './switch-option.ts';

/**
 * Options of php-memcached (PECL `memcached`): `OPT_LIBKETAMA_COMPATIBLE`, also with `Memcached::` in front, or
 * `libketamaCompatible` for short.
 */
export interface PhpMemcachedOptions
  extends Settings, Readonly<Partial<Record<Constant | `Memcached::${Constant}`, unknown>>> {}

type Constant = `OPT_${ConstantCase<Exclude<keyof Settings, 'bucket' | keyof LibmemcachedPresetOptions>>}`;

interface Settings extends LibmemcachedPresetOptions, Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /**
   * `OPT_LIBKETAMA_COMPATIBLE`: weighted ketama, and md5 for keys, over any `hash` that stands before it. `false` goes
   * back to `modula` and the default hash.
   *
   * @default false
   */
  readonly libketamaCompatible?: Switch;
  /**
   * `OPT_DISTRIBUTION`. `consistent` is not ketama: 100 points per server, made with the hash of the keys. Any weight
   * above 1 silently switches its points, and only those, to weighted md5; see `setAfterServers`.
   *
   * @default 'modula'
   */
  readonly distribution?: 'modula' | 'consistent' | 'virtual_bucket';
  /**
   * `OPT_HASH`. Before `libketamaCompatible` it has no effect; after it, keys have this hash while points stay md5.
   * `hsieh` is refused: setting it fails with Debian's libmemcached, and keeps the hash there was.
   *
   * @default 'default', which is one_at_a_time
   */
  readonly hash?: Exclude<LibmemcachedHashName, 'hsieh' | 'jenkins' | 'murmur3'>;
  /** `OPT_PREFIX_KEY`. It is part of the key on the server, but is only hashed with `hashWithPrefixKey`. @default '' */
  readonly prefixKey?: string;
  /** `OPT_HASH_WITH_PREFIX_KEY`. @default false */
  readonly hashWithPrefixKey?: Switch;
  /** `OPT_SORT_HOSTS`. @default false */
  readonly sortHosts?: Switch;
  /** `OPT_REMOVE_FAILED_SERVERS`: a consistent ring is built again without a dead server. @default false */
  readonly removeFailedServers?: Switch;
  /** `OPT_AUTO_EJECT_HOSTS`: the older name of `removeFailedServers`. @default false */
  readonly autoEjectHosts?: Switch;
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

const preset: LibmemcachedPreset<Settings> = {
  name: 'phpMemcached',
  rules: {
    ...libmemcachedPresetRules,
    ...ignoredOptions(IGNORED),
    libketamaCompatible: switchOption(),
    distribution: oneOf('modula', ['modula', 'consistent', 'virtual_bucket']),
    hash: hashRule(['hsieh', 'jenkins', 'murmur3']),
    prefixKey: text(),
    hashWithPrefixKey: switchOption(),
    sortHosts: switchOption(),
    removeFailedServers: switchOption(),
    autoEjectHosts: switchOption(),
    bucket: bucketMap,
  },
  setters: {
    libketamaCompatible(state, on) {
      setKetamaWeighted(state, Boolean(on));
      if (on) return;
      // libmemcached would go to unweighted ketama and keep md5: the extension cleans up behind it.
      setHash(state, 'default');
      setDistribution(state, 'modula');
    },
    distribution: setDistribution,
    hash: setHash,
    prefixKey: (state, prefix) => (state.prefix = prefix),
    hashWithPrefixKey: (state, on) => (state.hashWithPrefix = Boolean(on)),
    sortHosts: (state, on) => setSortHosts(state, Boolean(on)),
    removeFailedServers: (state, on) => (state.removeFailedServers = Boolean(on)),
    autoEjectHosts: (state, on) => (state.removeFailedServers = Boolean(on)),
    bucket: setBuckets,
  },
};

/** `Memcached::OPT_PREFIX_KEY` for `prefixKey`, and `Memcached::HASH_MD5` for `md5`. */
function inPhp(rules: object): NativeSpelling {
  const options = Object.keys(rules).filter((name) => name !== 'bucket' && !(name in libmemcachedPresetRules));
  const spelling = spelledBy(options, (name) => {
    const constant = `OPT_${words(name, '_').toUpperCase()}`;
    return [constant, `Memcached::${constant}`];
  });
  return {
    ...spelling,
    value: (name, value) =>
      typeof value === 'string' && (name === 'hash' || name === 'distribution')
        ? value.replace(/^(?:Memcached::)?(?:HASH|DISTRIBUTION)_([A-Z0-9_]+)$/, (_, constant: string) =>
            constant.toLowerCase(),
          )
        : value,
  };
}

/**
 * The ring of php-memcached 3.2 with libmemcached 1.1.4: `phpMemcached({ libketamaCompatible: true })`. Options are set in
 * the order they are written in, as by `Memcached::setOptions`, before the servers are added.
 *
 * Debian's libmemcached aborts the process at the 101st server of a consistent distribution.
 *
 * @throws TypeError for an option that it does not have. @throws RangeError for a value that it does not take.
 */
export function phpMemcached(options: PhpMemcachedOptions = {}): RingOptions {
  return followPreset({ ...preset, spelling: inPhp(preset.rules) }, options);
}
