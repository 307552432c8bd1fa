import type { RingOptions } from '../algorithms/algorithms.ts';
import { presets } from '../presets/presets.ts';

/** A preset that needs no more than the options of its client. */
type PlainPreset = (options: Readonly<Record<string, unknown>>) => RingOptions;

/** Every preset as it is spelled in files and on the command line: `php-memcached` for `phpMemcached`. */
export const presetNames: readonly string[] = Object.keys(presets).map(kebabCase);

function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * What a preset makes of the options of its client. twemproxy has those of a pool in nutcracker.yml, mcrouter those of
 * the `hash` of a PoolRoute; the servers come from elsewhere.
 *
 * @param name as in {@link presetNames}.
 * @throws RangeError for a preset that is not there, and what the preset throws.
 */
export function presetOptions(name: string, options: Readonly<Record<string, unknown>> = {}): RingOptions {
  if (name === 'twemproxy') return twemproxyOptions(options);
  if (name === 'mcrouter') return mcrouterOptions(options);
  const property = Object.keys(presets)[presetNames.indexOf(name)];
  if (property === undefined) {
    throw new RangeError(`preset must be one of ${presetNames.join(', ')}, got ${JSON.stringify(name)}`);
  }
  return (presets as unknown as Readonly<Record<string, PlainPreset>>)[property]!(options);
}

/** A server that is not asked: these presets want a whole configuration, of which only the options are taken. */
const SERVER = '127.0.0.1:11211';

function twemproxyOptions(pool: Readonly<Record<string, unknown>>): RingOptions {
  if (pool['servers'] !== undefined)
    throw new TypeError('twemproxy has its servers in "nodes" here, not in its options');
  return presets.twemproxy({ pool: { listen: '127.0.0.1:22121', ...pool, servers: [`${SERVER}:1`] } }).options;
}

function mcrouterOptions(hash: Readonly<Record<string, unknown>>): RingOptions {
  const owned = ['weights', 'tags'].find((name) => hash[name] !== undefined);
  if (owned !== undefined) throw new TypeError(`mcrouter has its ${owned} in "nodes" here, as weight and label`);
  const pools = { pool: { servers: [SERVER] } };
  const route = { type: 'PoolRoute', pool: 'pool', hash: { weights: [1], tags: [SERVER], ...hash } };
  return presets.mcrouter({ pools, route }).options;
}
