import { parseArgs, type ParseArgsConfig } from 'node:util';

import { ServiceError } from '../service-error.ts';

/** Where a command finds its region. */
export interface RegionArguments {
  /** The topology: a file, a Redis key or a URL. */
  readonly config: string;
  readonly region: string;
}

/** A mistake on a command line, as the one line that is printed. */
export function commandMistake(command: string, what: string): ServiceError {
  return new ServiceError('ERR_SERVICE_KIT_ARGUMENTS', [`${command}: ${what} (--help says more)`]);
}

/**
 * Reads a command line as `parseArgs` of Node does.
 *
 * @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` with one line.
 */
export function parseCommandLine<const C extends ParseArgsConfig>(
  command: string,
  config: C,
): ReturnType<typeof parseArgs<C>> {
  try {
    return parseArgs(config);
  } catch (error) {
    // Node's message goes on with advice that is of no use here.
    throw commandMistake(command, (error as Error).message.split('. ', 1)[0]!);
  }
}

/** @throws ServiceError `ERR_SERVICE_KIT_ARGUMENTS` when one of the two is missing. */
export function requireRegion(
  command: string,
  { config, region }: { readonly config?: string | undefined; readonly region?: string | undefined },
): RegionArguments {
  if (config === undefined || config === '') throw commandMistake(command, '--config FILE is missing');
  if (region === undefined || region === '') throw commandMistake(command, '--region NAME is missing');
  return { config, region };
}
