// The ring
export {
  type NodeReference,
  type Ring,
  type RingJSON,
  type RingKey,
  type RingNode,
  type RingShares,
} from './ring/ring.ts';
export { createRing, fromJSON } from './ring/create-ring.ts';
export { type RingDiff, type RingMove } from './ring/diff.ts';
// Bounded load
export { type BoundedLoad, type BoundedLoadOptions, createBoundedLoad } from './bounded-load/bounded-load.ts';
// Algorithms
export { type AlgorithmName, type AlgorithmOptions, type RingOptions } from './algorithms/algorithms.ts';
export { type KetamaOptions } from './algorithms/ketama.ts';
export { type LibketamaOptions } from './algorithms/libketama.ts';
export { type LibmemcachedConsistentOptions } from './algorithms/libmemcached-consistent.ts';
export { type LibmemcachedKetamaSpyOptions } from './algorithms/libmemcached-ketama-spy.ts';
export { type LibmemcachedModulaOptions } from './algorithms/libmemcached-modula.ts';
export { type LibmemcachedVirtualBucketOptions } from './algorithms/libmemcached-virtual-bucket.ts';
export { type CacheMemcachedFastOptions } from './algorithms/cache-memcached-fast.ts';
export { type CacheMemcachedOptions } from './algorithms/cache-memcached.ts';
export { type NginxConsistentOptions } from './algorithms/nginx-consistent.ts';
export { type NginxHashOptions } from './algorithms/nginx-hash.ts';
export { type PeclMemcacheOptions } from './algorithms/pecl-memcache-options.ts';
export { type TwemproxyHash, type TwemproxyOptions } from './algorithms/twemproxy-options.ts';
export { type DalliOptions } from './algorithms/dalli.ts';
export { type FlexihashOptions } from './algorithms/flexihash.ts';
export { flexihashLookupList } from './algorithms/flexihash-lookup-list.ts';
export { type GomemcacheOptions } from './algorithms/gomemcache.ts';
export { type MemjsOptions } from './algorithms/memjs.ts';
export { type NpmHashringOptions } from './algorithms/npm-hashring.ts';
export { type HashringNode } from './algorithms/npm-hashring-ring.ts';
export { type NpmMemcachedOptions } from './algorithms/npm-memcached.ts';
export { type PymemcacheOptions } from './algorithms/pymemcache.ts';
export { type PythonMemcachedOptions } from './algorithms/python-memcached.ts';
export { type SpymemcachedArraymodOptions } from './algorithms/spymemcached-arraymod.ts';
export { type SpymemcachedKetamaOptions } from './algorithms/spymemcached-ketama.ts';
export { type SpymemcachedFailureMode } from './failover/spymemcached-failure-mode.ts';
export { type SpymemcachedFormat } from './labels/spymemcached-label.ts';
export { type AnchorOptions } from './algorithms/anchor.ts';
export { type BinomialOptions } from './algorithms/binomial.ts';
export { type JumpOptions } from './algorithms/jump.ts';
export { type MaglevOptions } from './algorithms/maglev.ts';
export { type McrouterOptions } from './algorithms/mcrouter-options.ts';
export { type MementoOptions } from './algorithms/memento.ts';
export { type MultiProbeOptions } from './algorithms/multi-probe.ts';
export { type RendezvousOptions } from './algorithms/rendezvous.ts';
export { type WeightedRendezvousOptions } from './algorithms/weighted-rendezvous.ts';
// Hashes
export { type CharSignedness } from './hashes/char-signedness.ts';
export { type HashKeyOptions, hashKey } from './hashes/hash-key.ts';
export { type SpymemcachedHashName } from './hashes/spymemcached-hashes.ts';
export { type HashName, type LibhashkitName } from './hashes/hash-names.ts';
export { type FieldHash, type SeededHash } from './hashes/hash-family.ts';
export { type McrouterKeyPart } from './keys/mcrouter-key.ts';
// Presets
export { presets } from './presets/presets.ts';
export { type McrouterRing } from './presets/mcrouter-hash.ts';
export { type TwemproxyPool, type TwemproxyRing } from './presets/twemproxy.ts';
export { type Switch } from './presets/switch-option.ts';
export { type PeclOptions } from './presets/pecl.ts';
export { type NginxOptions } from './presets/nginx.ts';
export { type CacheMemcachedParameters } from './presets/cache-memcached.ts';
export { type CacheMemcachedFastParameters } from './presets/cache-memcached-fast.ts';
export { type LibmemcachedBehaviors } from './presets/libmemcached.ts';
export { type PhpMemcachedOptions } from './presets/php-memcached.ts';
export { type PylibmcOptions } from './presets/pylibmc.ts';
export { type DalliClientOptions } from './presets/dalli.ts';
export { type FlexihashArguments } from './presets/flexihash.ts';
export { type GomemcacheFields } from './presets/gomemcache.ts';
export { type MemjsClientOptions } from './presets/memjs.ts';
export { type HashringArguments } from './presets/npm-hashring.ts';
export { type NpmMemcachedClientOptions } from './presets/npm-memcached.ts';
export { type PymemcacheArguments } from './presets/pymemcache.ts';
export { type PythonMemcachedArguments } from './presets/python-memcached.ts';
export { type SpymemcachedSettings } from './presets/spymemcached.ts';
// Keys
export { npmMemcachedWireKey } from './keys/npm-memcached-wire-key.ts';
