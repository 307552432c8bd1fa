import type { RingOptions } from '../algorithms/algorithms.ts';
import { flag, oneOf, type OptionRules } from '../algorithms/option-rules.ts';
import { type TwemproxyHash, twemproxyOptions } from '../algorithms/twemproxy-options.ts';
import { isRecord } from '../config/is-record.ts';
import { parseYaml } from '../config/parse-yaml.ts';
import type { RingNode } from '../ring/ring.ts';
import { clientOptions } from './client-options.ts';
import { ignoredOptions } from './ignored-options.ts';
import { readTwemproxyServer } from './twemproxy-server.ts';

/** A pool of a nutcracker.yml, by nutcracker's own names. */
export interface TwemproxyPool extends Readonly<Partial<Record<(typeof IGNORED)[number], unknown>>> {
  /** `host:port:weight [name]` or `/path:weight [name]`. */
  readonly servers: readonly string[];
  /** @default 'fnv1a_64' */
  readonly hash?: TwemproxyHash;
  /** Two characters, such as `{}`. @default '', which hashes the whole of every key */
  readonly hash_tag?: string;
  /** `random` is refused: no key has a server then. @default 'ketama' */
  readonly distribution?: 'ketama' | 'modula';
  /** @default false */
  readonly auto_eject_hosts?: boolean;
}

/** A ring as twemproxy builds it: `createRing(nodes, options)`. */
export interface TwemproxyRing {
  readonly nodes: readonly RingNode[];
  readonly options: RingOptions;
}

/** What nutcracker 0.5 has too and places no key by. */
const IGNORED = [
  'listen',
  'timeout',
  'backlog',
  'client_connections',
  'redis',
  'redis_auth',
  'redis_db',
  'preconnect',
  'tcpkeepalive',
  'reuseport',
  'server_connections',
  'server_retry_timeout',
  'server_failure_limit',
] as const;

const rules: OptionRules<TwemproxyPool> = {
  servers: {
    default: [],
    expected: 'a list of "host:port:weight name"',
    accepts: (value) => Array.isArray(value) && value.length > 0,
  },
  hash: twemproxyOptions.hash,
  hash_tag: twemproxyOptions.hashTag,
  distribution: {
    ...oneOf('ketama', ['ketama', 'modula']),
    expected: 'ketama or modula (with random, twemproxy sends a key to any server)',
  },
  auto_eject_hosts: flag(false),
  ...ignoredOptions(IGNORED),
};

/**
 * The ring of a pool of twemproxy: `const { nodes, options } = twemproxy(readFileSync('nutcracker.yml', 'utf8'))`. Where
 * twemproxy runs on ARM, add `charSignedness: 'unsigned'` to the options.
 *
 * @param config nutcracker's configuration: its text, or the map of its pools.
 * @param pool which pool is meant; needed where there are several.
 * @throws SyntaxError for text that cannot be read. @throws TypeError for a key that nutcracker does not have.
 * @throws RangeError for a pool that is not there, and for a server or another value that nutcracker does not take.
 */
export function twemproxy(config: string | Readonly<Record<string, TwemproxyPool>>, pool?: string): TwemproxyRing {
  const pools: unknown = typeof config === 'string' ? parseYaml(config) : config;
  if (!isRecord(pools))
    throw new TypeError(
      `twemproxy must be given a nutcracker configuration, a map of pools, got ${JSON.stringify(pools)}`,
    );
  const name = choosePool(Object.keys(pools), pool);
  return readPool(`pool ${JSON.stringify(name)}`, pools[name]);
}

function choosePool(names: readonly string[], wanted: string | undefined): string {
  if (names.length === 0) throw new RangeError('a nutcracker configuration needs a pool');
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted === undefined && names.length === 1) return names[0]!;
  const got = wanted === undefined ? 'say which one' : `got ${JSON.stringify(wanted)}`;
  throw new RangeError(`the pool must be one of ${names.join(', ')}: ${got}`);
}

function readPool(subject: string, pool: unknown): TwemproxyRing {
  if (!isRecord(pool)) throw new TypeError(`${subject} must be a map, got ${JSON.stringify(pool)}`);
  const { servers, hash, hash_tag, distribution, auto_eject_hosts } = clientOptions<TwemproxyPool>(
    subject,
    rules,
    pool,
  );
  return {
    nodes: servers.map((server: unknown) => readTwemproxyServer(subject, server)),
    options: {
      algorithm: `twemproxy-${distribution}`,
      hash,
      hashTag: hash_tag,
      autoEjectHosts: auto_eject_hosts,
    },
  };
}
