import {
  commandMistake,
  parseCommandLine,
  type RegionArguments,
  requireRegion,
  type ServiceError,
} from '@lockstep/service-kit';

/** What `lockstep-receiver dead-letters` is asked to do. */
export type DeadLettersArguments =
  | { readonly kind: 'help' }
  | ({
      readonly kind: 'ls';
      readonly json: boolean;
      readonly limit: number;
    } & RegionArguments)
  | ({
      readonly kind: 'retry' | 'drop';
      /** Which; all of them when there is none. */
      readonly ids: readonly string[];
    } & RegionArguments);

/** What messages call the command. */
export const deadLettersCommand = 'lockstep-receiver dead-letters';

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
  const { values, positionals } = parseCommandLine(deadLettersCommand, {
    args: [...args],
    options,
    allowPositionals: true,
  });
  if (values.help === true) return { kind: 'help' };
  const [verb, ...ids] = positionals;
  if (verb !== 'ls' && verb !== 'retry' && verb !== 'drop') {
    throw mistake(verb === undefined ? 'ls, retry or drop is missing' : `unknown command ${JSON.stringify(verb)}`);
  }
  for (const name of Object.keys(values)) {
    if (!(allowed[verb] as readonly string[]).includes(name)) throw mistake(`${verb} has no option --${name}`);
  }
  const where = requireRegion(deadLettersCommand, values);
  if (verb !== 'ls') {
    if ((values.all === true) === ids.length > 0) throw mistake(`${verb} needs either IDs or --all`);
    return { kind: verb, ids, ...where };
  }
  if (ids[0] !== undefined) throw mistake(`unexpected argument ${JSON.stringify(ids[0])}`);
  const limit = Number(values.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1) throw mistake(`--limit must be a whole number, got ${values.limit}`);
  return { kind: verb, json: values.json ?? false, limit, ...where };
}

function mistake(what: string): ServiceError {
  return commandMistake(deadLettersCommand, what);
}
