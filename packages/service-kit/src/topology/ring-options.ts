import { presets, type RingOptions } from '@lockstep/hashring';

import { closestWord, listWords } from '../suggestion.ts';
import { describeKind, entriesOf } from './document.ts';

/** What a pool of the file says of where its keys go. */
export interface RingDocument {
  readonly hash?: unknown;
  readonly preset?: unknown;
}

type PlainPreset = (options: Readonly<Record<string, unknown>>) => RingOptions;

/** A server that is never asked: these presets want a whole configuration, of which only the options are taken. */
const server = '127.0.0.1:11211';

/**
 * The options of the ring that a pool asks for: `hash` is an algorithm's name, or a map with
 * `algorithm` and its options; `preset` is a map of one preset's name to the options of its client.
 *
 * @throws TypeError or RangeError that says what is wrong; `createRing` finds the rest.
 */
export function ringOptionsOf({ hash, preset }: RingDocument): RingOptions {
  if (preset !== undefined && hash !== undefined) throw new TypeError('a pool has hash or preset, not both');
  if (preset !== undefined) return presetOptions(preset);
  if (hash === undefined) return { algorithm: 'ketama' };
  if (typeof hash === 'string') return { algorithm: hash } as RingOptions;
  if (describeKind(hash) === 'a map') return hash as RingOptions;
  throw new TypeError(`hash must be an algorithm or a map such as { algorithm: maglev }, got ${describeKind(hash)}`);
}

/** The algorithm of such options. */
export function ringNameOf(options: RingOptions): string {
  return options.algorithm ?? 'ketama';
}

function presetOptions(preset: unknown): RingOptions {
  const [entry, ...others] = typeof preset === 'string' ? [[preset, {}] as const] : entriesOf(preset);
  if (entry === undefined || others.length > 0) {
    throw new TypeError('preset must be a map with the name of one preset, such as { phpMemcached: {} }');
  }
  const [name, value] = entry;
  const options = value ?? {};
  if (!Object.hasOwn(presets, name)) {
    const known = Object.keys(presets);
    const close = closestWord(name, known);
    const hint =
      close === undefined ? `known presets are ${listWords(known)}` : `did you mean ${JSON.stringify(close)}?`;
    throw new RangeError(`unknown preset ${JSON.stringify(name)}; ${hint}`);
  }
  if (describeKind(options) !== 'a map') {
    throw new TypeError(`preset ${name} must be given a map of options, got ${describeKind(options)}`);
  }
  const given = options as Readonly<Record<string, unknown>>;
  if (name === 'twemproxy') {
    if (given['servers'] !== undefined) throw new TypeError('twemproxy has its servers in nodes here');
    return presets.twemproxy({ pool: { ...given, servers: [`${server}:1`] } }).options;
  }
  if (name === 'mcrouter') {
    const route = { type: 'PoolRoute', pool: 'pool', hash: given };
    return presets.mcrouter({ pools: { pool: { servers: [server] } }, route }).options;
  }
  return (presets as unknown as Readonly<Record<string, PlainPreset>>)[name]!(given);
}
