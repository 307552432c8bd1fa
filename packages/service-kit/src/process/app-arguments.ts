import { parseArgs } from 'node:util';

import { ServiceError } from '../service-error.ts';
import { closestWord, listWords } from '../suggestion.ts';

/** What the command line asks for. */
export type AppArguments =
  | { readonly kind: 'run'; readonly config: string; readonly region: string }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'version' };

/** What of an app is printed. */
export interface AppText {
  /** Name of the command. */
  readonly name: string;
  /** Paragraphs at the end of the usage. @default none */
  readonly notes?: readonly string[];
}

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const known = Object.keys(options) as (keyof typeof options)[];

/**
 * Reads the command line of an app: `--config FILE --region NAME`, `--help` or `--version`.
 *
 * @param argv the arguments alone, without the paths of node and the script.
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` with one line.
 */
export function parseAppArguments(argv: readonly string[], { name, notes }: AppText): AppArguments {
  // `strict: false`: what is wrong is said in our words and on one line.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true });
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') throw mistake(name, `unexpected argument ${JSON.stringify(token.value)}`);
    const option = known.find((word) => word === token.name);
    if (option === undefined) throw mistake(name, `unknown option ${token.rawName}${suggest(token.name)}`);
    if (options[option].type === 'boolean') {
      if (token.value !== undefined) throw mistake(name, `--${option} takes no value`);
      values.set(option, '');
    } else {
      if (token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('-'))) {
        throw mistake(name, `--${option} needs a value`);
      }
      if (values.has(option)) throw mistake(name, `--${option} is given twice`);
      values.set(option, token.value);
    }
  }
  if (values.has('help')) return { kind: 'help', text: usage(name, notes) };
  if (values.has('version')) return { kind: 'version' };
  const config = values.get('config');
  const region = values.get('region');
  if (config !== undefined && region !== undefined) return { kind: 'run', config, region };
  const missing = [
    ...(config === undefined ? ['--config FILE'] : []),
    ...(region === undefined ? ['--region NAME'] : []),
  ];
  throw mistake(name, `${listWords(missing)} ${missing.length === 1 ? 'is' : 'are'} missing`);
}

function usage(name: string, notes: readonly string[] = []): string {
  return [
    `Usage: ${name} --config FILE --region NAME`,
    '',
    '  --config FILE   the topology (YAML) that all apps read: a file, redis://host:port/db?key=KEY, or an HTTP URL',
    '  --region NAME   the region of it that this process serves',
    '  -h, --help      print this and exit',
    '  --version       print the version and exit',
    '',
    'Environment: LOCKSTEP_REDIS_PASSWORD, LOCKSTEP_REDIS_PASSWORD_<REGION>, LOCKSTEP_LINK_TOKEN, LOCKSTEP_LINK_KEYS, LOG_LEVEL',
    ...notes.flatMap((note) => ['', note]),
  ].join('\n');
}

function suggest(name: string): string {
  const close = closestWord(name, known);
  return close === undefined ? '' : `, did you mean --${close}?`;
}

function mistake(name: string, what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [
    `${name}: ${what}; usage: ${name} --config FILE --region NAME (--help says more)`,
  ]);
}
