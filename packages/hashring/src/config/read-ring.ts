import { existsSync, readFileSync } from 'node:fs';

import type { RingOptions } from '../algorithms/algorithms.ts';
import { presets } from '../presets/presets.ts';
import { createRing, fromJSON } from '../ring/create-ring.ts';
import type { Ring, RingJSON } from '../ring/ring.ts';
import { blaming, ConfigError } from './config-error.ts';
import { isRecord } from './is-record.ts';
import { parseYaml } from './parse-yaml.ts';
import { presetOptions } from './preset-options.ts';
import { readNodes } from './read-nodes.ts';

type Config = Readonly<Record<string, unknown>>;

/**
 * Reads a file that {@link parseRing} understands. `FILE#PART` says which pool of a nutcracker.yml is meant, or which of
 * mcrouter's `routes`, where there are several.
 *
 * @throws ConfigError for a file that cannot be read, and what {@link parseRing} throws.
 */
export function readRing(reference: string): Ring {
  const match = existsSync(reference) ? null : /^(?<file>.*)#(?<part>.*)$/s.exec(reference);
  const { file = reference, part } = match?.groups ?? {};
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(file, [explain(error as NodeJS.ErrnoException)], { cause: error });
  }
  return parseRing(text, file, part);
}

function explain({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EISDIR') return 'it is a directory, expected a file';
  return code === 'EACCES' ? 'there is no permission to read it' : `it cannot be read: ${message}`;
}

/**
 * Reads a ring from one of
 * - `algorithm`, its options by name, and `nodes` (YAML or JSON);
 * - `preset`, `options` in the words of its client, and `nodes` (YAML or JSON);
 * - a nutcracker.yml;
 * - an mcrouter configuration;
 * - the JSON of `ring.toJSON()`.
 *
 * @param source names the text in messages.
 * @param part the pool of a nutcracker.yml, or an alias of mcrouter's `routes`, where there are several.
 * @throws ConfigError with all that is wrong.
 */
export function parseRing(text: string, source: string, part?: string): Ring {
  return blaming(source, () => {
    // Its configuration is JSON with comments: only its preset reads that.
    if (/^\s*[{/]/.test(text) && /"(?:pools|routes?)"\s*:/.test(text)) return mcrouterRing(text, part);
    const config = parseYaml(text);
    if (isRecord(config)) {
      const isOurs = ['preset', 'algorithm', 'nodes'].some((name) => name in config);
      if (!isOurs && Object.values(config).some(isPool)) return twemproxyRing(config, text, source, part);
      if (part !== undefined) throw new ConfigError(source, [`has no parts: leave out #${part}`]);
      if (config['preset'] !== undefined) return presetRing(config, source);
      if (config['algorithm'] !== undefined) return algorithmRing(config, source);
      if (isRecord(config['options']) && Array.isArray(config['nodes'])) return fromJSON(config as unknown as RingJSON);
      if ('nodes' in config) throw new ConfigError(source, ['has nodes, but neither algorithm nor preset']);
    }
    throw new ConfigError(source, [
      'is not a ring: expected "algorithm" or "preset" with "nodes", a nutcracker.yml, an mcrouter configuration or the JSON of a ring',
    ]);
  });
}

function algorithmRing({ nodes: list, ...options }: Config, source: string): Ring {
  const problems: string[] = [];
  const nodes = readNodes(list, problems);
  if (problems.length > 0) throw new ConfigError(source, problems);
  return createRing(nodes, options as RingOptions);
}

function presetRing({ preset, options: given, nodes: list, ...strangers }: Config, source: string): Ring {
  const options = given ?? {};
  const problems = Object.keys(strangers).map((name) => `${name} is not known beside preset: it has options and nodes`);
  if (typeof preset !== 'string') problems.push(`preset must be a name, got ${JSON.stringify(preset)}`);
  if (!isRecord(options)) problems.push(`options must be a map, got ${JSON.stringify(options)}`);
  const nodes = readNodes(list, problems);
  if (problems.length > 0) throw new ConfigError(source, problems);
  return createRing(nodes, presetOptions(preset as string, options as Config));
}

function isPool(value: unknown): boolean {
  return isRecord(value) && ('servers' in value || 'listen' in value);
}

function twemproxyRing(config: Config, text: string, source: string, pool: string | undefined): Ring {
  const pools = Object.keys(config);
  if (pool === undefined && pools.length > 1) {
    throw new ConfigError(source, [`has the pools ${pools.join(', ')}: say which, as in ${source}#${pools[0]}`]);
  }
  const { nodes, options } = presets.twemproxy(text, pool);
  return createRing(nodes, options);
}

function mcrouterRing(text: string, alias: string | undefined): Ring {
  const { nodes, options } = presets.mcrouter(text, alias);
  return createRing(nodes, options);
}
