import type { RingOptions } from '../../algorithms/algorithms.ts';
import { phpMemcached } from '../../presets/php-memcached.ts';
import { pylibmc } from '../../presets/pylibmc.ts';
import { recordOf } from '../expect-shape.ts';
import type { Scenario } from '../vector-file.ts';
import { hashName } from './libhashkit.ts';

/** The rings of libmemcached that scenarios are of. */
export type LibmemcachedRing = 'ketama' | 'libmemcached-consistent' | 'libmemcached-ketama-spy' | 'libmemcached-modula';

/** How the options of php-memcached begin. */
const PHP_NAME = /^(?:Memcached::)?OPT_/;

type Options = Scenario['options'];

/** Options that a file may give by our own names. */
const OWN = ['charSignedness', 'hashPrefix', 'pointHash', 'removeFailedServers', 'weighted', 'sortHosts'];
/** Those of a file, and where the settings of a client are. */
const NAMED = [...OWN, 'hash', 'prefix', 'hashWithPrefix', 'php', 'behaviors'];

/** Which settings of the clients decide on an option of ours. */
const DECIDED_BY: Readonly<Record<string, readonly string[]>> = {
  hash: ['hash', 'libketamaCompatible', 'ketama_weighted'],
  hashPrefix: ['hashWithPrefixKey', '_hash_with_prefix_key'],
  sortHosts: ['sortHosts', '_sort_hosts'],
  removeFailedServers: ['removeFailedServers', 'autoEjectHosts', 'remove_failed', 'auto_eject'],
};

/** The names of all options that this scenario has and that are read here. */
export function knownLibmemcachedOptions({ options }: Scenario): readonly string[] {
  return [...NAMED, ...Object.keys(options).filter(isPhpName)];
}

/**
 * The ring of a scenario: what the settings of its client make, and what the file says in its own words.
 *
 * @param setAfterServers whether weights have no say because the distribution was set after the servers.
 * @throws TypeError where the two contradict each other.
 */
export function readLibmemcached(
  scenario: Scenario,
  algorithm: LibmemcachedRing,
  setAfterServers: boolean,
): RingOptions {
  const told = toldByFile(scenario.options, algorithm);
  const settings = settingsOf(scenario.options);
  const weighted = setAfterServers && scenario.nodes.some(({ weight = 1 }) => weight > 1);
  if (settings === undefined) {
    return { algorithm, ...(setAfterServers && { weighted: 'never' }), ...told } as RingOptions;
  }
  const ring = settings.follow(weighted) as RingOptions & Options;
  if (ring.algorithm !== algorithm)
    throw new TypeError(`the settings of the client make ${ring.algorithm}, but the scenario is of ${algorithm}`);
  for (const [name, value] of Object.entries(told)) {
    const decided = DECIDED_BY[name]?.some((setting) => Object.hasOwn(settings.given, setting)) === true;
    if (!decided || ring[name] === value) continue;
    const contradiction = `${name} is ${JSON.stringify(value)}, but the settings of the client make it`;
    throw new TypeError(`${contradiction} ${JSON.stringify(ring[name])}`);
  }
  return { ...ring, ...told };
}

/** Whether a dead server is not ejected: never with modula, whatever is set, and else where that was switched off. */
export function staysInList({ options }: Scenario, algorithm: LibmemcachedRing): boolean {
  if (algorithm === 'libmemcached-modula' || options['removeFailedServers'] === false) return true;
  const given = settingsOf(options)?.given ?? {};
  const switches = Object.entries(given).filter(([name]) => DECIDED_BY['removeFailedServers']!.includes(name));
  return switches.length > 0 && !switches.at(-1)![1];
}

/** What a file says in its own words. */
function toldByFile(options: Options, algorithm: LibmemcachedRing): Options {
  const { hash, prefix, hashWithPrefix } = options;
  if (hashWithPrefix === true && typeof prefix !== 'string')
    throw new TypeError(`a prefix that is hashed must be a string, got ${JSON.stringify(prefix)}`);
  const own = Object.entries(options).filter(([name]) => OWN.includes(name));
  return {
    ...(hash !== undefined && { hash: hashName(hash) }),
    ...(hashWithPrefix !== undefined && { hashPrefix: hashWithPrefix === true ? prefix : '' }),
    ...Object.fromEntries(
      own.filter(([name]) => algorithm !== 'libmemcached-modula' || name !== 'removeFailedServers'),
    ),
  };
}

interface Settings {
  readonly given: Options;
  readonly follow: (setAfterServers: boolean) => RingOptions;
}

/** The settings of the client, where a file has them. */
function settingsOf(options: Options): Settings | undefined {
  const { php, behaviors } = options;
  const named = [
    ...Object.entries(php === undefined ? {} : recordOf(php, 'php')),
    ...Object.entries(options).filter(([name]) => isPhpName(name)),
  ];
  if (behaviors !== undefined) {
    if (named.length > 0) throw new TypeError('a scenario has behaviors or OPT_ options, not both');
    const given = recordOf(behaviors, 'behaviors');
    return { given, follow: (setAfterServers) => pylibmc({ ...given, setAfterServers }) };
  }
  if (named.length === 0) return undefined;
  const given = Object.fromEntries(named.map(([name, value]) => [optionName(name), optionValue(value)]));
  return { given, follow: (setAfterServers) => phpMemcached({ ...given, setAfterServers }) };
}

function isPhpName(name: string): boolean {
  return PHP_NAME.test(name);
}

/** `OPT_SORT_HOSTS` is `sortHosts`. */
function optionName(name: string): string {
  const words = name.replace(PHP_NAME, '').toLowerCase();
  return words.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** `HASH_CRC` is `crc`, and `DISTRIBUTION_CONSISTENT` is `consistent`. */
function optionValue(value: unknown): unknown {
  const [, name] =
    (typeof value === 'string' && /^(?:Memcached::)?(?:HASH|DISTRIBUTION)_([A-Z0-9_]+)$/.exec(value)) || [];
  return name === undefined ? value : name.toLowerCase();
}
