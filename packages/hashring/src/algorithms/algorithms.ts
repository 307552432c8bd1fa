import type { Algorithm } from './algorithm.ts';
import { ketama, type KetamaOptions } from './ketama.ts';
import { libketama, type LibketamaOptions } from './libketama.ts';
import { libmemcachedConsistent, type LibmemcachedConsistentOptions } from './libmemcached-consistent.ts';
import { libmemcachedKetamaSpy, type LibmemcachedKetamaSpyOptions } from './libmemcached-ketama-spy.ts';
import { libmemcachedModula, type LibmemcachedModulaOptions } from './libmemcached-modula.ts';
import { libmemcachedVirtualBucket, type LibmemcachedVirtualBucketOptions } from './libmemcached-virtual-bucket.ts';
import { peclMemcacheConsistent } from './pecl-memcache-consistent.ts';
import type { PeclMemcacheOptions } from './pecl-memcache-options.ts';
import { peclMemcacheStandard } from './pecl-memcache-standard.ts';
import { twemproxyKetama } from './twemproxy-ketama.ts';
import type { TwemproxyOptions } from './twemproxy-options.ts';
import { twemproxyModula } from './twemproxy-modula.ts';
import { nginxConsistent, type NginxConsistentOptions } from './nginx-consistent.ts';
import { nginxHash, type NginxHashOptions } from './nginx-hash.ts';
import { cacheMemcached, type CacheMemcachedOptions } from './cache-memcached.ts';
import { cacheMemcachedFast, type CacheMemcachedFastOptions } from './cache-memcached-fast.ts';
import { dalli, type DalliOptions } from './dalli.ts';
import { flexihash, type FlexihashOptions } from './flexihash.ts';
import { gomemcache, type GomemcacheOptions } from './gomemcache.ts';
import { memjs, type MemjsOptions } from './memjs.ts';
import { npmHashring, type NpmHashringOptions } from './npm-hashring.ts';
import { npmMemcached, type NpmMemcachedOptions } from './npm-memcached.ts';
import { pymemcache, type PymemcacheOptions } from './pymemcache.ts';
import { pythonMemcached, type PythonMemcachedOptions } from './python-memcached.ts';
import { spymemcachedArraymod, type SpymemcachedArraymodOptions } from './spymemcached-arraymod.ts';
import { spymemcachedKetama, type SpymemcachedKetamaOptions } from './spymemcached-ketama.ts';
import { mcrouterCh3 } from './mcrouter-ch3.ts';
import { mcrouterWeightedCh3 } from './mcrouter-weighted-ch3.ts';
import { mcrouterWeightedFurc } from './mcrouter-weighted-furc.ts';
import { mcrouterCrc32 } from './mcrouter-crc32.ts';
import { mcrouterRendezvous } from './mcrouter-rendezvous.ts';
import { mcrouterWeightedRendezvous } from './mcrouter-weighted-rendezvous.ts';
import { mcrouterConstShard } from './mcrouter-const-shard.ts';
import type { McrouterOptions } from './mcrouter-options.ts';
import { jump, type JumpOptions } from './jump.ts';
import { binomial, type BinomialOptions } from './binomial.ts';
import { maglev, type MaglevOptions } from './maglev.ts';
import { anchor, type AnchorOptions } from './anchor.ts';
import { memento, type MementoOptions } from './memento.ts';
import { multiProbe, type MultiProbeOptions } from './multi-probe.ts';
import { rendezvous, type RendezvousOptions } from './rendezvous.ts';
import { weightedRendezvous, type WeightedRendezvousOptions } from './weighted-rendezvous.ts';

/** Every algorithm by name, with its options. */
export interface AlgorithmOptions {
  ketama: KetamaOptions;
  libketama: LibketamaOptions;
  'libmemcached-consistent': LibmemcachedConsistentOptions;
  'libmemcached-ketama-spy': LibmemcachedKetamaSpyOptions;
  'libmemcached-modula': LibmemcachedModulaOptions;
  'libmemcached-virtual-bucket': LibmemcachedVirtualBucketOptions;
  'pecl-memcache-consistent': PeclMemcacheOptions;
  'pecl-memcache-standard': PeclMemcacheOptions;
  'twemproxy-ketama': TwemproxyOptions;
  'twemproxy-modula': TwemproxyOptions;
  'nginx-consistent': NginxConsistentOptions;
  'nginx-hash': NginxHashOptions;
  'cache-memcached': CacheMemcachedOptions;
  'cache-memcached-fast': CacheMemcachedFastOptions;
  dalli: DalliOptions;
  flexihash: FlexihashOptions;
  gomemcache: GomemcacheOptions;
  memjs: MemjsOptions;
  'npm-hashring': NpmHashringOptions;
  'npm-memcached': NpmMemcachedOptions;
  pymemcache: PymemcacheOptions;
  'python-memcached': PythonMemcachedOptions;
  'spymemcached-arraymod': SpymemcachedArraymodOptions;
  'spymemcached-ketama': SpymemcachedKetamaOptions;
  'mcrouter-ch3': McrouterOptions;
  'mcrouter-weighted-ch3': McrouterOptions;
  'mcrouter-weighted-furc': McrouterOptions;
  'mcrouter-crc32': McrouterOptions;
  'mcrouter-rendezvous': McrouterOptions;
  'mcrouter-weighted-rendezvous': McrouterOptions;
  'mcrouter-const-shard': McrouterOptions;
  jump: JumpOptions;
  binomial: BinomialOptions;
  maglev: MaglevOptions;
  anchor: AnchorOptions;
  memento: MementoOptions;
  'multi-probe': MultiProbeOptions;
  rendezvous: RendezvousOptions;
  'weighted-rendezvous': WeightedRendezvousOptions;
}

export type AlgorithmName = keyof AlgorithmOptions;

/** How keys are placed: an algorithm by name, and its options. @default `{ algorithm: 'ketama' }` */
export type RingOptions =
  | { [Name in AlgorithmName]: { readonly algorithm: Name } & AlgorithmOptions[Name] }[AlgorithmName]
  | ({ readonly algorithm?: 'ketama' } & KetamaOptions);

/** Every algorithm there is. */
export const algorithms: { readonly [Name in AlgorithmName]: Algorithm<AlgorithmOptions[Name]> } = {
  ketama,
  libketama,
  'libmemcached-consistent': libmemcachedConsistent,
  'libmemcached-ketama-spy': libmemcachedKetamaSpy,
  'libmemcached-modula': libmemcachedModula,
  'libmemcached-virtual-bucket': libmemcachedVirtualBucket,
  'pecl-memcache-consistent': peclMemcacheConsistent,
  'pecl-memcache-standard': peclMemcacheStandard,
  'twemproxy-ketama': twemproxyKetama,
  'twemproxy-modula': twemproxyModula,
  'nginx-consistent': nginxConsistent,
  'nginx-hash': nginxHash,
  'cache-memcached': cacheMemcached,
  'cache-memcached-fast': cacheMemcachedFast,
  dalli,
  flexihash,
  gomemcache,
  memjs,
  'npm-hashring': npmHashring,
  'npm-memcached': npmMemcached,
  pymemcache,
  'python-memcached': pythonMemcached,
  'spymemcached-arraymod': spymemcachedArraymod,
  'spymemcached-ketama': spymemcachedKetama,
  'mcrouter-ch3': mcrouterCh3,
  'mcrouter-weighted-ch3': mcrouterWeightedCh3,
  'mcrouter-weighted-furc': mcrouterWeightedFurc,
  'mcrouter-crc32': mcrouterCrc32,
  'mcrouter-rendezvous': mcrouterRendezvous,
  'mcrouter-weighted-rendezvous': mcrouterWeightedRendezvous,
  'mcrouter-const-shard': mcrouterConstShard,
  jump,
  binomial,
  maglev,
  anchor,
  memento,
  'multi-probe': multiProbe,
  rendezvous,
  'weighted-rendezvous': weightedRendezvous,
};
