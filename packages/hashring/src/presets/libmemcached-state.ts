import type { RingOptions } from '../algorithms/algorithms.ts';
import type { UnweightedOptions } from '../algorithms/libmemcached-unweighted.ts';
import type { CharSignedness } from '../hashes/char-signedness.ts';
import type { LibhashkitName } from '../hashes/hash-names.ts';

/** The distributions of libmemcached, without `MEMCACHED_DISTRIBUTION_` in front. */
export const LIBMEMCACHED_DISTRIBUTIONS = [
  'modula',
  'consistent',
  'consistent_ketama',
  'consistent_ketama_spy',
  'consistent_weighted',
  'virtual_bucket',
  'random',
] as const;

/** One of {@link LIBMEMCACHED_DISTRIBUTIONS}. */
export type LibmemcachedDistribution = (typeof LIBMEMCACHED_DISTRIBUTIONS)[number];

/**
 * What `memcached_behavior_set` of libmemcached 1.1.4 changes of where keys go. It acts at once, so that the order in
 * which behaviors are set matters, and whether servers are there by then.
 */
export interface LibmemcachedState {
  distribution: LibmemcachedDistribution;
  weighted: boolean;
  hash: LibhashkitName;
  /** What the points that stand were hashed with. */
  pointHash: LibhashkitName;
  sortHosts: boolean;
  removeFailedServers: boolean;
  prefix: string;
  hashWithPrefix: boolean;
  buckets: readonly number[];
}

/** A client whose behaviors have not been set. */
export function initialState(): LibmemcachedState {
  return {
    distribution: 'modula',
    weighted: false,
    hash: 'one_at_a_time',
    pointHash: 'one_at_a_time',
    sortHosts: false,
    removeFailedServers: false,
    prefix: '',
    hashWithPrefix: false,
    buckets: [],
  };
}

/** `MEMCACHED_BEHAVIOR_DISTRIBUTION`: two distributions forget weights, one asks for them, the others leave it at that. */
export function setDistribution(state: LibmemcachedState, distribution: LibmemcachedDistribution): void {
  if (distribution === 'consistent' || distribution === 'consistent_ketama') state.weighted = false;
  if (distribution === 'consistent_weighted') state.weighted = true;
  state.distribution = distribution;
  state.pointHash = state.hash;
}

/** `MEMCACHED_BEHAVIOR_KETAMA`. */
export function setKetama(state: LibmemcachedState, on: boolean): void {
  setDistribution(state, on ? 'consistent_ketama' : 'modula');
}

/** `MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED`: switching it off does not end ketama, it switches on the unweighted one. */
export function setKetamaWeighted(state: LibmemcachedState, on: boolean): void {
  if (on) state.hash = 'md5';
  setDistribution(state, on ? 'consistent_weighted' : 'consistent_ketama');
}

/** `MEMCACHED_BEHAVIOR_SORT_HOSTS`. */
export function setSortHosts(state: LibmemcachedState, on: boolean): void {
  state.sortHosts = on;
  state.pointHash = state.hash;
}

/** `memcached_bucket_set`, with the host map alone; it refuses an empty one, and leaves everything as it was. */
export function setBuckets(state: LibmemcachedState, buckets: readonly number[]): void {
  if (buckets.length === 0) return;
  setDistribution(state, 'virtual_bucket');
  state.buckets = buckets;
}

/**
 * The options of a ring that places keys as a client in this state.
 *
 * @throws RangeError for `random`, which places no key twice in the same way.
 */
export function ringOptionsOf(
  state: LibmemcachedState,
  { setAfterServers, charSignedness }: { readonly setAfterServers: boolean; readonly charSignedness: CharSignedness },
): RingOptions {
  const { distribution, hash, sortHosts, removeFailedServers, buckets } = state;
  const common = { hash, hashPrefix: state.hashWithPrefix ? state.prefix : '', sortHosts, charSignedness };
  if (distribution === 'random') throw new RangeError('distribution random puts a key anywhere: it cannot be followed');
  if (distribution === 'modula') return { algorithm: 'libmemcached-modula', ...common };
  if (distribution === 'virtual_bucket') return { algorithm: 'libmemcached-virtual-bucket', buckets, ...common };
  const spy = distribution === 'consistent_ketama_spy';
  if (state.weighted && !spy) return { algorithm: 'ketama', removeFailedServers, ...common };
  const unweighted: UnweightedOptions = {
    weighted: state.weighted ? 'always' : setAfterServers ? 'never' : 'auto',
    pointHash: setAfterServers && state.pointHash !== hash ? state.pointHash : 'same',
    removeFailedServers,
    ...common,
  };
  return spy
    ? { algorithm: 'libmemcached-ketama-spy', ...unweighted }
    : { algorithm: 'libmemcached-consistent', ...unweighted };
}
