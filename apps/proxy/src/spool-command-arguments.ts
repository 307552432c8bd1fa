import {
  commandMistake,
  parseCommandLine,
  type RegionArguments,
  requireRegion,
  type ServiceError,
} from '@lockstep/service-kit';

/** What `lockstep-proxy spool` is asked to do. */
export type SpoolArguments =
  | { readonly kind: 'help' }
  | ({
      readonly kind: 'ls';
      readonly json: boolean;
      readonly limit: number;
    } & RegionArguments)
  | ({
      readonly kind: 'replay';
      readonly pool?: string | undefined;
      readonly dryRun: boolean;
    } & RegionArguments);

/** What messages call the command. */
export const spoolCommand = 'lockstep-proxy spool';

/** What `--help` prints. */
export const spoolUsage: string = [
  'Usage: lockstep-proxy spool ls     --config FILE --region NAME [--json] [--limit N]',
  '       lockstep-proxy spool replay --config FILE --region NAME [--pool NAME] [--dry-run]',
  '',
  'Deletes that a pool did not confirm wait in the spool until it has.',
  '',
  '  ls          prints what waits: in Redis, and on the disk of this machine',
  '    --json      one JSON object per line',
  '    --limit N   how many entries at most (100)',
  '  replay      tries all of them now; running proxies do so by themselves',
  '    --pool P    only those of this pool',
  '    --dry-run   only counts them, by pool and node',
  '',
  'Exit code: 0; 1 when something failed, or is left after a replay; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  limit: { type: 'string' },
  pool: { type: 'string' },
  'dry-run': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const shared = ['config', 'region', 'help'];
const allowed = { ls: [...shared, 'json', 'limit'], replay: [...shared, 'pool', 'dry-run'] } as const;

/**
 * Reads what comes after `lockstep-proxy spool`.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` with one line.
 */
export function parseSpoolArguments(args: readonly string[]): SpoolArguments {
  const { values, positionals } = parseCommandLine(spoolCommand, {
    args: [...args],
    options,
    allowPositionals: true,
  });
  if (values.help === true) return { kind: 'help' };
  const [verb, ...others] = positionals;
  if (verb !== 'ls' && verb !== 'replay') {
    throw mistake(verb === undefined ? 'ls or replay is missing' : `unknown command ${JSON.stringify(verb)}`);
  }
  if (others.length > 0) throw mistake(`unexpected argument ${JSON.stringify(others[0])}`);
  for (const name of Object.keys(values)) {
    if (!(allowed[verb] as readonly string[]).includes(name)) throw mistake(`spool ${verb} has no option --${name}`);
  }
  const where = requireRegion(spoolCommand, values);
  if (verb === 'replay') {
    return { kind: 'replay', pool: values.pool, dryRun: values['dry-run'] ?? false, ...where };
  }
  const limit = Number(values.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1) throw mistake(`--limit must be a whole number, got ${values.limit}`);
  return { kind: 'ls', json: values.json ?? false, limit, ...where };
}

function mistake(what: string): ServiceError {
  return commandMistake(spoolCommand, what);
}
