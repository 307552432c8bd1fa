import { parseArgs } from 'node:util';

import { ServiceError } from '@lockstep/service-kit';

/** What `lockstep-receiver dead-letters` is asked to do. */
export type DeadLettersArguments =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'ls';
      readonly config: string;
      readonly region: string;
      readonly json: boolean;
      readonly limit: number;
    }
  | {
      readonly kind: 'retry' | 'drop';
      readonly config: string;
      readonly region: string;
      /** Which; all of them when there is none. */
      readonly ids: readonly string[];
    };

/** What `--help` prints. */
export const deadLettersUsage: string = [
  'Usage: lockstep-receiver dead-letters ls    --config FILE --region NAME [--json] [--limit N]',
  '       lockstep-receiver dead-letters retry --config FILE --region NAME (ID … | --all)',
  '       lockstep-receiver dead-letters drop  --config FILE --region NAME (ID … | --all)',
  '',
  'A dead letter is a write of another region that could not be carried out here. Its key was deleted instead,',
  'where that was possible; its value is not kept.',
  '',
  '  ls          prints them, oldest first',
  '    --json      one JSON object per line',
  '    --limit N   how many at most (100)',
  '  retry       deletes the key again, tells in-process caches, and removes the letter once that is confirmed',
  '  drop        removes the letter',
  '',
  'Exit code: 0; 1 when something failed or a letter was not there; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  limit: { type: 'string' },
  all: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const shared = ['config', 'region', 'help'];
const allowed = { ls: [...shared, 'json', 'limit'], retry: [...shared, 'all'], drop: [...shared, 'all'] } as const;

/**
 * Reads what comes after `lockstep-receiver dead-letters`.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` with one line.
 */
export function parseDeadLettersArguments(args: readonly string[]): DeadLettersArguments {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  const [verb, ...ids] = positionals;
  if (verb !== 'ls' && verb !== 'retry' && verb !== 'drop') {
    throw mistake(verb === undefined ? 'ls, retry or drop is missing' : `unknown command ${JSON.stringify(verb)}`);
  }
  for (const name of Object.keys(values)) {
    if (!(allowed[verb] as readonly string[]).includes(name)) throw mistake(`${verb} has no option --${name}`);
  }
  const { config, region } = values;
  if (config === undefined || config === '') throw mistake('--config FILE is missing');
  if (region === undefined || region === '') throw mistake('--region NAME is missing');
  if (verb !== 'ls') {
    if ((values.all === true) === ids.length > 0) throw mistake(`${verb} needs either IDs or --all`);
    return { kind: verb, config, region, ids };
  }
  if (ids[0] !== undefined) throw mistake(`unexpected argument ${JSON.stringify(ids[0])}`);
  const limit = Number(values.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1) throw mistake(`--limit must be a whole number, got ${values.limit}`);
  return { kind: verb, config, region, json: values.json ?? false, limit };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node's message goes on with advice that is of no use here.
    throw mistake((error as Error).message.split('. ', 1)[0]!);
  }
}

function mistake(what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`lockstep-receiver dead-letters: ${what} (--help says more)`]);
}
