import { describeError } from '@lockstep/core';

import { ServiceError } from '../service-error.ts';
import type { CommandIo } from './command-io.ts';

/**
 * Runs a command, and prints what it throws. Never rejects.
 *
 * @returns the exit code: that of `work`; 2 for wrong arguments; 1 for everything else that was thrown.
 */
export async function runCommand(
  command: string,
  { stderr }: Pick<CommandIo, 'stderr'>,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const lines = error instanceof ServiceError ? error.problems : [`${command}: ${describeError(error)}`];
    stderr.write(`${lines.join('\n')}\n`);
    return error instanceof ServiceError && error.code === 'ERR_SERVICE_KIT_ARGUMENTS' ? 2 : 1;
  }
}
