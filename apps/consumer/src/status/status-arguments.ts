import { parseArgs } from 'node:util';

import { ServiceError } from '@lockstep/service-kit';

/** What `lockstep-consumer status` is asked to do. */
export type StatusArguments =
  | { readonly kind: 'help' }
  | { readonly kind: 'status'; readonly config: string; readonly region: string; readonly json: boolean };

/** What `--help` prints. */
export const statusUsage: string = [
  'Usage: lockstep-consumer status --config FILE --region NAME [--json]',
  '',
  'Prints who leads each queue, with its term, what waits, and how many dead letters there are.',
  '',
  '  --json   one JSON object per line',
  '',
  'Exit code: 0; 1 when something failed, or nobody leads a queue; 2 for wrong arguments.',
].join('\n');

const options = {
  config: { type: 'string' },
  region: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads what comes after `lockstep-consumer status`.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` with one line.
 */
export function parseStatusArguments(args: readonly string[]): StatusArguments {
  const { config, region, json = false, help } = parse(args);
  if (help === true) return { kind: 'help' };
  if (config === undefined || config === '') throw mistake('--config FILE is missing');
  if (region === undefined || region === '') throw mistake('--region NAME is missing');
  return { kind: 'status', config, region, json };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // Node's message goes on with advice that is of no use here.
    throw mistake((error as Error).message.split('. ', 1)[0]!);
  }
}

function mistake(what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`lockstep-consumer status: ${what} (--help says more)`]);
}
