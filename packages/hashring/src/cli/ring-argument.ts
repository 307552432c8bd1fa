import { existsSync } from 'node:fs';

import { algorithms, type RingOptions } from '../algorithms/algorithms.ts';
import { blaming } from '../config/config-error.ts';
import { parseYaml } from '../config/parse-yaml.ts';
import { presetNames, presetOptions } from '../config/preset-options.ts';
import { parseNode } from '../config/parse-node.ts';
import { readRing } from '../config/read-ring.ts';
import { resolvePlain } from '../config/yaml-scalar.ts';
import { createRing } from '../ring/create-ring.ts';
import type { Ring, RingNode } from '../ring/ring.ts';
import { UsageError } from './command.ts';

/** Makes the ring of any nodes. */
export type Place = (nodes: readonly RingNode[]) => Ring;

/** What an argument stands for: the ring of a file, or a way to place any nodes. */
export type RingArgument = { readonly ring: Ring } | { readonly place: Place };

/**
 * Reads an argument: a preset or an algorithm, with options as {@link placeByPreset} takes them, or a file. A preset
 * comes before an algorithm of the same name, and `./` in front of a file tells it from either.
 *
 * @throws UsageError where it is none of them. @throws ConfigError for a mistake in the file or the options.
 */
export function readRingArgument(argument: string): RingArgument {
  const name = nameOf(argument);
  if (presetNames.includes(name)) return { place: placeByPreset(argument) };
  if (Object.hasOwn(algorithms, name)) return { place: placeByAlgorithm(argument) };
  if (/[/\\#]|\.\w+$/.test(argument) || existsSync(argument)) return { ring: readRing(argument) };
  throw new UsageError(`${JSON.stringify(argument)} is no file, preset or algorithm; ${WHERE_LISTED}`);
}

/**
 * Reads the name of a preset, with options behind a colon as in `php-memcached:libketamaCompatible=true,hash=md5`.
 *
 * @throws UsageError for an unknown name. @throws ConfigError for options that it does not have.
 */
export function placeByPreset(argument: string): Place {
  const name = nameOf(argument);
  if (!presetNames.includes(name)) throw new UsageError(`there is no preset ${JSON.stringify(name)}; ${WHERE_LISTED}`);
  return placeBy(argument, (options) => presetOptions(name, options));
}

/** As {@link placeByPreset}, for the name of an algorithm and its own options: `ketama:hash=md5`. */
export function placeByAlgorithm(argument: string): Place {
  const algorithm = nameOf(argument);
  if (Object.hasOwn(algorithms, algorithm)) {
    return placeBy(argument, (options) => ({ algorithm, ...options }) as RingOptions);
  }
  throw new UsageError(`there is no algorithm ${JSON.stringify(algorithm)}; ${WHERE_LISTED}`);
}

const WHERE_LISTED = '`hashring algorithms` lists all there are';

function nameOf(argument: string): string {
  return argument.split(':')[0]!;
}

function placeBy(argument: string, optionsOf: (given: Readonly<Record<string, unknown>>) => RingOptions): Place {
  const options = blaming(argument, () => optionsOf(readOptions(argument.slice(nameOf(argument).length + 1))));
  return (nodes) => blaming(argument, () => createRing(nodes, options));
}

/** Reads `name=value,name=value`: values are text, or what YAML takes it for; a list or a text in quotes as in YAML. */
function readOptions(text: string): Record<string, unknown> {
  if (text === '') return {};
  const pairs = text.split(/,(?=[^,=]+=)/).map((pair) => {
    const [name] = pair.split('=') as [string];
    if (name === pair) throw new SyntaxError(`${JSON.stringify(pair)} is not an option: expected name=value`);
    const value = pair.slice(name.length + 1);
    return [name, /^["'[]/.test(value) ? parseYaml(value) : (resolvePlain(value) ?? value)] as const;
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SyntaxError(`the option ${twice} is there twice`);
  return Object.fromEntries(pairs);
}

/**
 * Reads the list of `--nodes`: nodes as {@link parseNode} takes them, with commas between.
 *
 * @throws ConfigError for text that is not a node.
 */
export function readNodeList(list: string): RingNode[] {
  return blaming('--nodes', () => list.split(',').map((node) => parseNode(node.trim())));
}
