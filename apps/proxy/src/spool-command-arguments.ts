import { parseArgs } from 'node:util';

import { ServiceError } from '@lockstep/service-kit';

/** What `lockstep-proxy spool` is asked to do. */
export type SpoolArguments =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'ls';
      readonly config: string;
      readonly region: string;
      readonly json: boolean;
      readonly limit: number;
    }
  | {
      readonly kind: 'replay';
      readonly config: string;
      readonly region: string;
      readonly pool?: string | undefined;
      readonly dryRun: boolean;
    };

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
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  const [verb, ...others] = positionals;
  if (verb !== 'ls' && verb !== 'replay') {
    throw mistake(verb === undefined ? 'ls or replay is missing' : `unknown command ${JSON.stringify(verb)}`);
  }
  if (others.length > 0) throw mistake(`unexpected argument ${JSON.stringify(others[0])}`);
  for (const name of Object.keys(values)) {
    if (!(allowed[verb] as readonly string[]).includes(name)) throw mistake(`spool ${verb} has no option --${name}`);
  }
  const { config, region } = values;
  if (config === undefined || config === '') throw mistake('--config FILE is missing');
  if (region === undefined || region === '') throw mistake('--region NAME is missing');
  if (verb === 'replay') {
    return { kind: 'replay', config, region, pool: values.pool, dryRun: values['dry-run'] ?? false };
  }
  const limit = Number(values.limit ?? 100);
  if (!Number.isInteger(limit) || limit < 1) throw mistake(`--limit must be a whole number, got ${values.limit}`);
  return { kind: 'ls', config, region, json: values.json ?? false, limit };
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
  return new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`lockstep-proxy spool: ${what} (--help says more)`]);
}
