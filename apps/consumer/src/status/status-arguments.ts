import { parseCommandLine, type RegionArguments, requireRegion } from '@lockstep/service-kit';

/** What `lockstep-consumer status` is asked to do. */
export type StatusArguments =
  | { readonly kind: 'help' }
  | ({ readonly kind: 'status'; readonly json: boolean } & RegionArguments);

/** What messages call the command. */
export const statusCommand = 'lockstep-consumer status';

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
  const { values } = parseCommandLine(statusCommand, { args: [...args], options });
  if (values.help === true) return { kind: 'help' };
  return { kind: 'status', json: values.json ?? false, ...requireRegion(statusCommand, values) };
}
