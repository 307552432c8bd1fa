import { libmemcached } from './libmemcached.ts';
import { pecl } from './pecl.ts';
import { phpMemcached } from './php-memcached.ts';
import { pylibmc } from './pylibmc.ts';
import { cacheMemcached } from './cache-memcached.ts';
import { cacheMemcachedFast } from './cache-memcached-fast.ts';
import { nginx } from './nginx.ts';
import { twemproxy } from './twemproxy.ts';
import { mcrouter } from './mcrouter.ts';
import { dalli } from './dalli.ts';
import { flexihash } from './flexihash.ts';
import { gomemcache } from './gomemcache.ts';
import { memjs } from './memjs.ts';
import { npmHashring } from './npm-hashring.ts';
import { npmMemcached } from './npm-memcached.ts';
import { pymemcache } from './pymemcache.ts';
import { pythonMemcached } from './python-memcached.ts';
import { spymemcached } from './spymemcached.ts';

/** The rings of other clients and proxies, each in the words of its own configuration. */
export const presets: {
  readonly libmemcached: typeof libmemcached;
  readonly pecl: typeof pecl;
  readonly phpMemcached: typeof phpMemcached;
  readonly pylibmc: typeof pylibmc;
  readonly cacheMemcached: typeof cacheMemcached;
  readonly cacheMemcachedFast: typeof cacheMemcachedFast;
  readonly nginx: typeof nginx;
  readonly twemproxy: typeof twemproxy;
  readonly mcrouter: typeof mcrouter;
  readonly dalli: typeof dalli;
  readonly flexihash: typeof flexihash;
  readonly gomemcache: typeof gomemcache;
  readonly memjs: typeof memjs;
  readonly npmHashring: typeof npmHashring;
  readonly npmMemcached: typeof npmMemcached;
  readonly pymemcache: typeof pymemcache;
  readonly pythonMemcached: typeof pythonMemcached;
  readonly spymemcached: typeof spymemcached;
} = {
  libmemcached,
  pecl,
  phpMemcached,
  pylibmc,
  cacheMemcached,
  cacheMemcachedFast,
  nginx,
  twemproxy,
  mcrouter,
  dalli,
  flexihash,
  gomemcache,
  memjs,
  npmHashring,
  npmMemcached,
  pymemcache,
  pythonMemcached,
  spymemcached,
};
