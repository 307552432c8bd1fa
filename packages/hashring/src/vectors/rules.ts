import { libhashkitRules } from './rules/libhashkit.ts';
import { libketamaRules } from './rules/libketama.ts';
import { libmemcachedRules } from './rules/libmemcached.ts';
import { peclMemcacheRules } from './rules/pecl-memcache.ts';
import { twemproxyRules } from './rules/twemproxy.ts';
import { nginxRules } from './rules/nginx.ts';
import { perlRules } from './rules/perl.ts';
import { dalliRules } from './rules/dalli.ts';
import { flexihashRules } from './rules/flexihash.ts';
import { npmRules } from './rules/npm.ts';
import { pythonRules } from './rules/python.ts';
import { goRules } from './rules/go.ts';
import { spymemcachedRules } from './rules/spymemcached.ts';
import { mcrouterRules } from './rules/mcrouter.ts';
import { fieldRules } from './rules/field.ts';
import type { ScenarioRule } from './scenario-rule.ts';

/** The algorithms of vector files that are not named as ours are, or not asked as ours are. */
export const rules: Readonly<Record<string, ScenarioRule>> = {
  ...libhashkitRules,
  ...libketamaRules,
  ...libmemcachedRules,
  ...peclMemcacheRules,
  ...twemproxyRules,
  ...nginxRules,
  ...perlRules,
  ...dalliRules,
  ...flexihashRules,
  ...npmRules,
  ...pythonRules,
  ...goRules,
  ...spymemcachedRules,
  ...mcrouterRules,
  ...fieldRules,
};
